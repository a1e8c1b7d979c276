-- +goose Up

-- The phone that a ticket's holder left for messages: where it lies.
ALTER TABLE tickets ADD COLUMN contact_ref  TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN contact_sha  TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN contact_lang TEXT NOT NULL DEFAULT '';
-- Who types a code types number and day too: they name a row for each hall. So new tickets stand at the end of the index,
-- where hashes of codes would stand anywhere.
CREATE INDEX tickets_number ON tickets (day, number) WHERE number <> '';

-- What an answer shows that came neither by a press nor by the ticket itself.
ALTER TABLE answers ADD COLUMN reply    TEXT NOT NULL DEFAULT ''; -- id of the reminder that an SMS answers
ALTER TABLE answers ADD COLUMN operator TEXT NOT NULL DEFAULT ''; -- who took the call
ALTER TABLE answers ADD COLUMN call_id  TEXT NOT NULL DEFAULT '';

ALTER TABLE messages ADD COLUMN to_ref   TEXT NOT NULL DEFAULT ''; -- the box with the phone
ALTER TABLE messages ADD COLUMN link     TEXT NOT NULL DEFAULT ''; -- SHA-256 of the token in its link
ALTER TABLE messages ADD COLUMN due_ms   BIGINT; -- when whoever sends must look at it
ALTER TABLE messages ADD COLUMN asked_ms BIGINT; -- when its provider was asked last
CREATE INDEX messages_due ON messages (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX messages_link ON messages (link) WHERE link <> '';
CREATE INDEX messages_to ON messages (to_ref);

-- What stands beside a box in the clear: enough to find it for the person it is about, and to end it in time. mark is that of
-- the phone in it. It goes with the box.
ALTER TABLE boxes ADD COLUMN kind  TEXT   NOT NULL DEFAULT '';
ALTER TABLE boxes ADD COLUMN about TEXT   NOT NULL DEFAULT '';
ALTER TABLE boxes ADD COLUMN visit TEXT   NOT NULL DEFAULT '';
ALTER TABLE boxes ADD COLUMN day   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE boxes ADD COLUMN mark  TEXT   NOT NULL DEFAULT '';
CREATE INDEX boxes_mark ON boxes (mark) WHERE mark <> '';
CREATE INDEX boxes_about ON boxes (about) WHERE about <> '';
CREATE INDEX boxes_visit ON boxes (visit) WHERE visit <> '';
CREATE INDEX boxes_kind ON boxes (kind, day);
-- Until now boxes were kept with ratings alone.
UPDATE boxes SET kind = 'rating';
UPDATE boxes SET about = a.visit, visit = a.visit, day = (a.when_ms + 28800000) / 86400000 FROM answers a WHERE a.ref = boxes.ref;

-- Wrong codes that were typed for a number. A ticket that is locked stays locked over a restart.
CREATE TABLE code_tries (
    hall     TEXT   NOT NULL,
    number   TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    failed   BIGINT NOT NULL,
    since_ms BIGINT NOT NULL,
    PRIMARY KEY (hall, number, day)
);

-- +goose Down
DROP TABLE code_tries;
DROP INDEX boxes_kind;
DROP INDEX boxes_visit;
DROP INDEX boxes_about;
DROP INDEX boxes_mark;
ALTER TABLE boxes DROP COLUMN mark;
ALTER TABLE boxes DROP COLUMN day;
ALTER TABLE boxes DROP COLUMN visit;
ALTER TABLE boxes DROP COLUMN about;
ALTER TABLE boxes DROP COLUMN kind;
DROP INDEX messages_to;
DROP INDEX messages_link;
DROP INDEX messages_due;
ALTER TABLE messages DROP COLUMN asked_ms;
ALTER TABLE messages DROP COLUMN due_ms;
ALTER TABLE messages DROP COLUMN link;
ALTER TABLE messages DROP COLUMN to_ref;
ALTER TABLE answers DROP COLUMN call_id;
ALTER TABLE answers DROP COLUMN operator;
ALTER TABLE answers DROP COLUMN reply;
DROP INDEX tickets_number;
ALTER TABLE tickets DROP COLUMN contact_lang;
ALTER TABLE tickets DROP COLUMN contact_sha;
ALTER TABLE tickets DROP COLUMN contact_ref;
