-- +goose Up

-- What is not told by events: who may speak, who may look, and private text. Backup and check cover it; rebuild does not.
CREATE TABLE agents (
    id         BIGINT PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    added_ms   BIGINT NOT NULL,
    revoked_ms BIGINT
);

CREATE TABLE agent_keys (
    agent_id     BIGINT NOT NULL REFERENCES agents (id),
    public_key   BLOB   NOT NULL,
    password_sha BLOB   NOT NULL, -- SHA-256 of the MQTT password
    config_key   BLOB   NOT NULL, -- sealed under the key file
    from_day     BIGINT NOT NULL,
    to_day       BIGINT, -- last day it is good for
    PRIMARY KEY (agent_id, public_key)
);

-- When an agent was last heard by this hub: presence, not fact.
CREATE TABLE agent_presences (
    agent_id BIGINT PRIMARY KEY REFERENCES agents (id),
    seen_ms  BIGINT NOT NULL
);

CREATE TABLE accounts (
    name     TEXT PRIMARY KEY,
    role     TEXT   NOT NULL, -- manager, centre, wall
    password TEXT   NOT NULL, -- argon2id
    halls    TEXT   NOT NULL, -- ids, comma separated; empty: all
    added_ms BIGINT NOT NULL
);

CREATE TABLE sessions (
    token     TEXT PRIMARY KEY,
    data      BLOB   NOT NULL,
    expiry_ms BIGINT NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry_ms);

CREATE TABLE boxes (
    ref    TEXT PRIMARY KEY,
    salt   BLOB NOT NULL,
    sealed BLOB NOT NULL
);

-- Moments to remember: clock (the last tick), copied (when this file was taken as a backup).
CREATE TABLE moments (
    name  TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);

-- +goose Down
DROP TABLE moments;
DROP TABLE boxes;
DROP TABLE sessions;
DROP TABLE accounts;
DROP TABLE agent_presences;
DROP TABLE agent_keys;
DROP TABLE agents;
