-- +goose Up
-- A secret that was rotated still lets its agent in until it comes with the new one, at most until then.
ALTER TABLE agent_keys ADD COLUMN holds_ms BIGINT;

-- PINs of clerks: argon2id, sealed under the key file: six digits can be tried out against a bare one.
CREATE TABLE staff_pins (
    hall   TEXT   NOT NULL,
    badge  TEXT   NOT NULL,
    sealed BLOB   NOT NULL,
    set_ms BIGINT NOT NULL,
    PRIMARY KEY (hall, badge)
);

-- The certificate of an agent's screens on the hall's network: what the hub's CA made last.
CREATE TABLE agent_certificates (
    agent_id BIGINT PRIMARY KEY REFERENCES agents (id),
    leaf     BLOB   NOT NULL, -- DER
    made_ms  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE agent_certificates;
DROP TABLE staff_pins;
ALTER TABLE agent_keys DROP COLUMN holds_ms;
