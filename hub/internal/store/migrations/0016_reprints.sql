-- A paper that somebody let print once more, marked 补打.

-- +goose Up
CREATE TABLE reprints (
    pos      BIGINT PRIMARY KEY, -- of the event
    at_ms    BIGINT NOT NULL,
    agent_id BIGINT NOT NULL,
    device   TEXT   NOT NULL,
    trouble  TEXT   NOT NULL -- of the try before; empty: that came out
);
CREATE INDEX reprints_at ON reprints (at_ms);

-- +goose Down
DROP TABLE reprints;
