-- +goose Up

-- What the law makes of visits.
ALTER TABLE visits ADD COLUMN answer          BIGINT  NOT NULL DEFAULT 0; -- pos of the answer that is the rating
ALTER TABLE visits ADD COLUMN replaced        BOOLEAN NOT NULL DEFAULT false; -- it took the place of a press
ALTER TABLE visits ADD COLUMN follow_ups      BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN reason_missing  BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN withheld        BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN named           BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN platform        BOOLEAN NOT NULL DEFAULT false; -- its reasons concern platform or rules alone
ALTER TABLE visits ADD COLUMN due_day         BIGINT; -- last day on which it can be rated
ALTER TABLE visits ADD COLUMN due_provisional BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN default_level   BIGINT  NOT NULL DEFAULT 0; -- 0: none was entered
ALTER TABLE visits ADD COLUMN defaulted_ms    BIGINT;
ALTER TABLE visits ADD COLUMN lost            BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN repair          BOOLEAN NOT NULL DEFAULT false; -- its bad rating opened one
ALTER TABLE visits ADD COLUMN excluded        BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX visits_due ON visits (agent_id, due_day) WHERE level = 0 AND default_level = 0 AND due_provisional = false AND due_day IS NOT NULL;
CREATE INDEX visits_provisional ON visits (due_day) WHERE due_provisional = true;
CREATE INDEX visits_review ON visits (due_day, id) WHERE due_day IS NOT NULL;
CREATE INDEX visits_bad_alone ON visits (id) WHERE level BETWEEN 1 AND 2 AND repair = false AND excluded = false;
CREATE INDEX visits_rated ON visits (rated_ms, id) WHERE level > 0;
CREATE INDEX visits_rated_unit ON visits (unit, rated_ms, id) WHERE level > 0;
CREATE INDEX visits_rated_agent ON visits (agent_id, rated_ms, id) WHERE level > 0;
CREATE INDEX visits_rated_level ON visits (level, rated_ms, id, unit) WHERE level > 0;
-- What is looked for seldom is few, or stands in the index of all that is read in order.
CREATE INDEX visits_rated_staff ON visits (staff, rated_ms, id) WHERE level > 0;
CREATE INDEX visits_rated_item ON visits (item, rated_ms, id) WHERE level > 0;
CREATE INDEX visits_rated_channel ON visits (channel, rated_ms, id) WHERE level > 0 AND channel <> 'pad';
CREATE INDEX visits_excluded ON visits (rated_ms, id) WHERE level > 0 AND excluded = true;
CREATE INDEX visits_withheld ON visits (rated_ms, id) WHERE level > 0 AND withheld = true;
CREATE INDEX visits_named ON visits (rated_ms, id) WHERE level > 0 AND named = true;
CREATE INDEX visits_reason_missing ON visits (rated_ms, id) WHERE level > 0 AND reason_missing = true;
CREATE INDEX visits_defaulted ON visits (defaulted_ms, id, agent_id, unit, staff, item, window_id) WHERE default_level > 0 AND level = 0;

ALTER TABLE answers ADD COLUMN expired BOOLEAN NOT NULL DEFAULT false; -- it waited too long for its visit
CREATE INDEX answers_pending ON answers (when_ms) WHERE standing = 'pending';

ALTER TABLE agent_states ADD COLUMN lost_ms BIGINT;
CREATE INDEX agent_states_lost ON agent_states (agent_id) WHERE lost_ms IS NOT NULL;

-- How the derived tables were made: another number than the program's means that they are made anew at the start.
ALTER TABLE position ADD COLUMN derivation BIGINT NOT NULL DEFAULT 1;

-- What the law is made of.
CREATE TABLE laws (
    pos  BIGINT PRIMARY KEY,
    type TEXT NOT NULL,
    body BLOB NOT NULL
);

-- The audit: who decided what about what.
CREATE TABLE deeds (
    pos     BIGINT PRIMARY KEY,
    at_ms   BIGINT NOT NULL,
    type    TEXT   NOT NULL,
    about   TEXT   NOT NULL,
    account TEXT   NOT NULL,
    role    TEXT   NOT NULL,
    unit    TEXT   NOT NULL
);
CREATE INDEX deeds_about ON deeds (about, pos);
CREATE INDEX deeds_account ON deeds (account, pos);
CREATE INDEX deeds_at ON deeds (pos, at_ms);
CREATE INDEX deeds_family ON deeds (substr(type, 1, instr(type, '.')), pos);

DROP INDEX events_not_read;
CREATE INDEX events_unread ON events (pos) WHERE why <> '';

-- Events that could not be read when they came, and were read again later.
CREATE TABLE rereads (
    agent_id BIGINT NOT NULL,
    epoch    TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (agent_id, epoch, seq)
);

-- Sums by their full grain; the columns of sums are those of figures.
DROP TABLE tallies;
CREATE TABLE tallies (
    agent_id  BIGINT NOT NULL,
    window_id TEXT   NOT NULL,
    staff     TEXT   NOT NULL,
    unit      TEXT   NOT NULL,
    item      TEXT   NOT NULL,
    channel   TEXT   NOT NULL, -- of the rating; default; empty: not rated
    leaves    BIGINT NOT NULL, -- the figures that these sums leave
    day       BIGINT NOT NULL,
    served                 BIGINT NOT NULL,
    ratable                BIGINT NOT NULL,
    invited                BIGINT NOT NULL,
    level_1                BIGINT NOT NULL,
    level_2                BIGINT NOT NULL,
    level_3                BIGINT NOT NULL,
    level_4                BIGINT NOT NULL,
    level_5                BIGINT NOT NULL,
    default_1              BIGINT NOT NULL,
    default_2              BIGINT NOT NULL,
    default_3              BIGINT NOT NULL,
    default_4              BIGINT NOT NULL,
    default_5              BIGINT NOT NULL,
    replaced               BIGINT NOT NULL,
    follow_ups             BIGINT NOT NULL,
    reason_missing         BIGINT NOT NULL,
    withheld               BIGINT NOT NULL,
    named                  BIGINT NOT NULL,
    repairs_opened         BIGINT NOT NULL,
    repairs_repaired       BIGINT NOT NULL,
    repairs_in_time        BIGINT NOT NULL,
    repairs_overdue        BIGINT NOT NULL,
    repairs_named          BIGINT NOT NULL,
    repairs_called_back    BIGINT NOT NULL,
    repairs_named_repaired BIGINT NOT NULL,
    repairs_withdrawn      BIGINT NOT NULL,
    PRIMARY KEY (agent_id, window_id, day, staff, unit, item, channel, leaves)
);
CREATE INDEX tallies_day ON tallies (day);

-- Matters: the columns are what lists look for, body is all of it.
CREATE TABLE repairs (
    id       TEXT PRIMARY KEY,
    number   BIGINT  NOT NULL, -- pos of the deed that opened it
    ticket   TEXT    NOT NULL,
    agent_id BIGINT  NOT NULL,
    hall     TEXT    NOT NULL,
    window_id TEXT   NOT NULL,
    item     TEXT    NOT NULL,
    unit     TEXT    NOT NULL, -- its owner
    clerk_unit TEXT  NOT NULL,
    served_by TEXT   NOT NULL,
    state    TEXT    NOT NULL,
    open     BOOLEAN NOT NULL,
    rest     BIGINT  NOT NULL, -- 0 its clock runs, 1 answered, 2 frozen, 3 over
    due_day  BIGINT  NOT NULL,
    ended_day BIGINT NOT NULL, -- 0: it has not ended
    named    BOOLEAN NOT NULL,
    consented BOOLEAN NOT NULL, -- named, and agreed to be called
    reason_missing BOOLEAN NOT NULL,
    frozen   BOOLEAN NOT NULL,
    calls    BOOLEAN NOT NULL, -- a call-back waits
    decides  BOOLEAN NOT NULL, -- an exclusion or an appeal waits for its decision
    appeal   TEXT    NOT NULL, -- pending, decided; empty: none
    exclusion TEXT   NOT NULL, -- pending, decided; empty: none
    wakes_ms BIGINT,
    body     TEXT    NOT NULL
);
CREATE INDEX repairs_ticket ON repairs (ticket);
CREATE INDEX repairs_wake ON repairs (wakes_ms) WHERE wakes_ms IS NOT NULL;
CREATE INDEX repairs_review ON repairs (open, id);
CREATE INDEX repairs_due ON repairs (rest, due_day, number);
CREATE INDEX repairs_unit ON repairs (unit, rest, due_day, number);
CREATE INDEX repairs_hall ON repairs (hall, rest, due_day, number);
CREATE INDEX repairs_number ON repairs (number, due_day);
CREATE INDEX repairs_unit_number ON repairs (unit, number);
CREATE INDEX repairs_hall_number ON repairs (hall, number);
CREATE INDEX repairs_state_number ON repairs (state, number);
CREATE INDEX repairs_state ON repairs (state, rest, due_day, number);
CREATE INDEX repairs_ended ON repairs (ended_day, number, due_day) WHERE ended_day > 0;
CREATE INDEX repairs_unit_ended ON repairs (unit, ended_day, number) WHERE ended_day > 0;
CREATE INDEX repairs_hall_ended ON repairs (hall, ended_day, number) WHERE ended_day > 0;
CREATE INDEX repairs_served ON repairs (served_by, number);
CREATE INDEX repairs_frozen ON repairs (rest, due_day, number, hall, unit) WHERE frozen = true;
CREATE INDEX repairs_calls ON repairs (rest, due_day, number, hall, unit) WHERE calls = true;
CREATE INDEX repairs_decides ON repairs (rest, due_day, number, hall, unit) WHERE decides = true;
CREATE INDEX repairs_appeal ON repairs (appeal, rest, due_day, number, hall, unit) WHERE appeal <> '';
CREATE INDEX repairs_exclusion ON repairs (exclusion, rest, due_day, number, hall, unit) WHERE exclusion <> '';

CREATE TABLE concerns (
    id       TEXT PRIMARY KEY,
    number   BIGINT  NOT NULL,
    kind     TEXT    NOT NULL,
    source   TEXT    NOT NULL,
    hall     TEXT    NOT NULL,
    unit     TEXT    NOT NULL, -- whose turn it is
    first_unit TEXT  NOT NULL, -- that answers for it
    state    TEXT    NOT NULL,
    open     BOOLEAN NOT NULL,
    hidden   BOOLEAN NOT NULL, -- from the unit: for the centre alone
    due_day  BIGINT  NOT NULL,
    received_ms BIGINT NOT NULL,
    wakes_ms BIGINT,
    body     TEXT    NOT NULL
);
CREATE INDEX concerns_wake ON concerns (wakes_ms) WHERE wakes_ms IS NOT NULL;
CREATE INDEX concerns_review ON concerns (open, id);
CREATE INDEX concerns_open ON concerns (open, due_day, number);
CREATE INDEX concerns_unit ON concerns (unit, open, due_day, number);
CREATE INDEX concerns_number ON concerns (number);
CREATE INDEX concerns_received ON concerns (received_ms);

CREATE TABLE inspections (
    id       TEXT PRIMARY KEY,
    number   BIGINT  NOT NULL,
    kind     TEXT    NOT NULL,
    hall     TEXT    NOT NULL,
    quarter  TEXT    NOT NULL,
    inspector TEXT   NOT NULL,
    state    TEXT    NOT NULL,
    open     BOOLEAN NOT NULL,
    due_day  BIGINT  NOT NULL,
    wakes_ms BIGINT,
    body     TEXT    NOT NULL
);
CREATE INDEX inspections_wake ON inspections (wakes_ms) WHERE wakes_ms IS NOT NULL;
CREATE INDEX inspections_open ON inspections (open, due_day, number);
CREATE INDEX inspections_quarter ON inspections (quarter, due_day, number);
CREATE INDEX inspections_inspector ON inspections (inspector, open, due_day, number);
CREATE INDEX inspections_number ON inspections (number);

CREATE TABLE messages (
    id       TEXT PRIMARY KEY,
    kind     TEXT    NOT NULL,
    about    TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    queued_ms BIGINT NOT NULL,
    wakes_ms BIGINT,
    body     TEXT    NOT NULL
);
CREATE INDEX messages_wake ON messages (wakes_ms) WHERE wakes_ms IS NOT NULL;
CREATE INDEX messages_about ON messages (about);
CREATE INDEX messages_queued ON messages (queued_ms, id);
CREATE INDEX messages_state ON messages (state, queued_ms, id);

-- +goose Down
DROP TABLE messages;
DROP TABLE inspections;
DROP TABLE concerns;
DROP TABLE repairs;
DROP TABLE rereads;
DROP INDEX events_unread;
CREATE INDEX events_not_read ON events (why) WHERE why <> '';
DROP TABLE deeds;
DROP TABLE laws;
ALTER TABLE position DROP COLUMN derivation;
DROP INDEX agent_states_lost;
DROP INDEX answers_pending;
ALTER TABLE answers DROP COLUMN expired;
ALTER TABLE agent_states DROP COLUMN lost_ms;
DROP INDEX visits_defaulted;
DROP INDEX visits_reason_missing;
DROP INDEX visits_named;
DROP INDEX visits_withheld;
DROP INDEX visits_excluded;
DROP INDEX visits_rated_channel;
DROP INDEX visits_rated_item;
DROP INDEX visits_rated_staff;
DROP INDEX visits_rated_level;
DROP INDEX visits_rated_agent;
DROP INDEX visits_rated_unit;
DROP INDEX visits_rated;
DROP INDEX visits_bad_alone;
DROP INDEX visits_review;
DROP INDEX visits_provisional;
DROP INDEX visits_due;
ALTER TABLE visits DROP COLUMN excluded;
ALTER TABLE visits DROP COLUMN repair;
ALTER TABLE visits DROP COLUMN lost;
ALTER TABLE visits DROP COLUMN defaulted_ms;
ALTER TABLE visits DROP COLUMN default_level;
ALTER TABLE visits DROP COLUMN due_provisional;
ALTER TABLE visits DROP COLUMN due_day;
ALTER TABLE visits DROP COLUMN replaced;
ALTER TABLE visits DROP COLUMN follow_ups;
ALTER TABLE visits DROP COLUMN reason_missing;
ALTER TABLE visits DROP COLUMN withheld;
ALTER TABLE visits DROP COLUMN named;
ALTER TABLE visits DROP COLUMN platform;
ALTER TABLE visits DROP COLUMN answer;
DROP TABLE tallies;
CREATE TABLE tallies (
    agent_id  BIGINT NOT NULL,
    window_id TEXT   NOT NULL,
    staff     TEXT   NOT NULL,
    day       BIGINT NOT NULL,
    served    BIGINT NOT NULL,
    ratable   BIGINT NOT NULL,
    invited   BIGINT NOT NULL,
    level_1   BIGINT NOT NULL,
    level_2   BIGINT NOT NULL,
    level_3   BIGINT NOT NULL,
    level_4   BIGINT NOT NULL,
    level_5   BIGINT NOT NULL,
    PRIMARY KEY (agent_id, window_id, staff, day)
);
CREATE INDEX tallies_day ON tallies (day);
