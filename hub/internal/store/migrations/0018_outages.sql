-- 系统停用: the declared outages of a unit at an agent pause the promised limits of its cases (domain §6).

-- +goose Up
CREATE TABLE outages (
    agent_id  BIGINT NOT NULL,
    unit      TEXT   NOT NULL,
    wakes_day BIGINT NOT NULL, -- from which on limits may not heed it
    body      TEXT   NOT NULL,
    PRIMARY KEY (agent_id, unit)
);
CREATE INDEX outages_wake ON outages (wakes_day);
CREATE INDEX cases_heed ON cases (agent_id, unit, due_day, id, rest);

-- +goose Down
DROP INDEX cases_heed;
DROP TABLE outages;
