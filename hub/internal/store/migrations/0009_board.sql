-- +goose Up
-- What managers asked agents to do. What a message says lies in a box.
CREATE TABLE commands (
    id         TEXT PRIMARY KEY,
    pos        BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL,
    hall       TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    window_id  TEXT   NOT NULL,
    letter     TEXT   NOT NULL,
    unit       TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    text_ref   TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX commands_expires ON commands (expires_ms);
CREATE INDEX commands_window ON commands (hall, at_ms);

-- What agents said about them. A repeat is answered again: the first answer counts.
CREATE TABLE replies (
    pos      BIGINT PRIMARY KEY,
    at_ms    BIGINT NOT NULL,
    agent_id BIGINT NOT NULL,
    command  TEXT   NOT NULL,
    type     TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    staff    TEXT   NOT NULL
);
CREATE INDEX replies_command ON replies (command, pos);

-- When windows were staffed.
CREATE TABLE window_steps (
    pos       BIGINT PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    agent_id  BIGINT NOT NULL,
    window_id TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    staff     TEXT   NOT NULL
);
CREATE INDEX window_steps_at ON window_steps (at_ms, pos);

-- How many minutes a ticket was told to wait, one time in two and nine times in ten; 0: nothing was told.
ALTER TABLE tickets ADD COLUMN p50_mins BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN p90_mins BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE tickets DROP COLUMN p90_mins;
ALTER TABLE tickets DROP COLUMN p50_mins;
DROP TABLE window_steps;
DROP TABLE replies;
DROP TABLE commands;
