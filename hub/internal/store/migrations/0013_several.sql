-- A ticket goes from one agent of its hall to another (design §3a).

-- +goose Up

-- When agents admitted it, each as agent:hop:start:up_ms: what is told of it is ordered by that.
ALTER TABLE tickets ADD COLUMN hops TEXT NOT NULL DEFAULT '';

CREATE TABLE moves (
    pos    BIGINT PRIMARY KEY, -- of the event
    at_ms  BIGINT NOT NULL,
    ticket TEXT   NOT NULL,
    hop    BIGINT NOT NULL,
    came   BOOLEAN NOT NULL, -- admitted; else passed on
    agent_id BIGINT NOT NULL, -- who tells it
    other  TEXT   NOT NULL, -- the agent it goes to, or came from
    move   TEXT   NOT NULL -- the signed word of who passed it on
);
CREATE INDEX moves_ticket ON moves (ticket, hop);
CREATE INDEX moves_at ON moves (at_ms);

-- +goose Down
DROP TABLE moves;
ALTER TABLE tickets DROP COLUMN hops;
