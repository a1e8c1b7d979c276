-- +goose Up

-- The roles are those of the room access. second is sealed under the key file; codes are SHA-256, comma separated.
ALTER TABLE accounts ADD COLUMN display TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN badge TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN places TEXT NOT NULL DEFAULT ''; -- paths, comma separated; empty: all
ALTER TABLE accounts ADD COLUMN first_until_ms BIGINT;           -- the password was given by another and is good until then
ALTER TABLE accounts ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN second BLOB;                     -- secret of the second factor
ALTER TABLE accounts ADD COLUMN second_step BIGINT NOT NULL DEFAULT 0; -- of the last code taken: none is taken twice
ALTER TABLE accounts ADD COLUMN codes TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN failed_ms BIGINT;                -- since when failed is counted
ALTER TABLE accounts ADD COLUMN signed_in_ms BIGINT;             -- last
ALTER TABLE accounts ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN changed_ms BIGINT;

-- +goose Down
ALTER TABLE accounts DROP COLUMN changed_ms;
ALTER TABLE accounts DROP COLUMN changed_by;
ALTER TABLE accounts DROP COLUMN version;
ALTER TABLE accounts DROP COLUMN signed_in_ms;
ALTER TABLE accounts DROP COLUMN failed_ms;
ALTER TABLE accounts DROP COLUMN failed;
ALTER TABLE accounts DROP COLUMN codes;
ALTER TABLE accounts DROP COLUMN second_step;
ALTER TABLE accounts DROP COLUMN second;
ALTER TABLE accounts DROP COLUMN disabled;
ALTER TABLE accounts DROP COLUMN first_until_ms;
ALTER TABLE accounts DROP COLUMN places;
ALTER TABLE accounts DROP COLUMN badge;
ALTER TABLE accounts DROP COLUMN unit;
ALTER TABLE accounts DROP COLUMN display;
