-- +goose Up
-- 预约: a place that is kept at a time. A ticket that was booked has no issued_ms before its holder arrives.
ALTER TABLE tickets ADD COLUMN situation TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN due_ms    BIGINT;
ALTER TABLE tickets ADD COLUMN lapsed    BOOLEAN NOT NULL DEFAULT false;
-- The citizen's command that it answers, and where its token lies for his page.
ALTER TABLE tickets ADD COLUMN command   TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN token_ref TEXT   NOT NULL DEFAULT '';
CREATE INDEX tickets_due ON tickets (due_ms);
CREATE INDEX tickets_command ON tickets (command);
ALTER TABLE commands ADD COLUMN item      TEXT   NOT NULL DEFAULT '';
ALTER TABLE commands ADD COLUMN situation TEXT   NOT NULL DEFAULT '';
ALTER TABLE commands ADD COLUMN day       BIGINT NOT NULL DEFAULT 0;
ALTER TABLE commands ADD COLUMN slot      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE commands ADD COLUMN ticket    TEXT   NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE commands DROP COLUMN ticket;
ALTER TABLE commands DROP COLUMN slot;
ALTER TABLE commands DROP COLUMN day;
ALTER TABLE commands DROP COLUMN situation;
ALTER TABLE commands DROP COLUMN item;
DROP INDEX tickets_command;
DROP INDEX tickets_due;
ALTER TABLE tickets DROP COLUMN token_ref;
ALTER TABLE tickets DROP COLUMN command;
ALTER TABLE tickets DROP COLUMN lapsed;
ALTER TABLE tickets DROP COLUMN due_ms;
ALTER TABLE tickets DROP COLUMN situation;
