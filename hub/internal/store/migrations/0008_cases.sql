-- +goose Up

-- 办件: what the steps of a case make of it. The columns are what lists look for, body is all of it.
CREATE TABLE cases (
    id          TEXT PRIMARY KEY,
    agent_id    BIGINT  NOT NULL,
    number      TEXT    NOT NULL, -- 办件编号; empty: nothing but later steps was told
    day         BIGINT  NOT NULL, -- of the number
    ticket      TEXT    NOT NULL,
    item        TEXT    NOT NULL,
    unit        TEXT    NOT NULL, -- that owns the item and answers for it
    state       TEXT    NOT NULL,
    rest        BIGINT  NOT NULL, -- 0 its clock runs, 1 it is returned, 2 it waits to be handed over, 3 over
    due_day     BIGINT  NOT NULL, -- by promise, else by law; what has none stands behind all that has
    provisional BOOLEAN NOT NULL, -- a deadline waits for the calendar of a year
    body        TEXT    NOT NULL
);
CREATE INDEX cases_ticket ON cases (ticket);
CREATE INDEX cases_number ON cases (number) WHERE number <> '';
CREATE INDEX cases_review ON cases (id) WHERE rest = 0 OR provisional = true;
CREATE INDEX cases_due ON cases (rest, due_day, id, unit, agent_id);
CREATE INDEX cases_unit ON cases (unit, rest, due_day, id);
CREATE INDEX cases_agent ON cases (agent_id, rest, due_day, id);
CREATE INDEX cases_item ON cases (item, rest, due_day, id);
CREATE INDEX cases_state ON cases (state, rest, due_day, id);

-- 一次性告知单: all that is missing, told once. A second one for a case or a visit shows here.
CREATE TABLE notices (
    id         TEXT PRIMARY KEY,
    agent_id   BIGINT NOT NULL,
    case_id    TEXT   NOT NULL, -- empty: nothing was accepted
    ticket     TEXT   NOT NULL,
    visit      TEXT   NOT NULL,
    window_id  TEXT   NOT NULL,
    staff      TEXT   NOT NULL,
    item       TEXT   NOT NULL,
    missing    TEXT   NOT NULL, -- JSON: names of the published list
    other_ref  TEXT   NOT NULL, -- where lies what stands in no list
    other_sha  TEXT   NOT NULL,
    again      TEXT   NOT NULL, -- why a second time
    printed_ms BIGINT NOT NULL
);
CREATE INDEX notices_case ON notices (case_id, printed_ms) WHERE case_id <> '';
CREATE INDEX notices_visit ON notices (visit, printed_ms) WHERE visit <> '';

-- By the row of its id a case is rated.
ALTER TABLE visits ADD COLUMN is_case BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE tallies ADD COLUMN cases BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE tallies DROP COLUMN cases;
ALTER TABLE visits DROP COLUMN is_case;
DROP TABLE notices;
DROP TABLE cases;
