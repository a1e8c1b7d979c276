-- +goose Up
-- What the newest event said of a ticket is where it stands: it may wait again after it was missed or passed on.
ALTER TABLE tickets ADD COLUMN state_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN state_up_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN call_start  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN call_up_ms  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN class       TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN purpose     TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN cases       BIGINT NOT NULL DEFAULT 0;
-- A visit goes on at another window.
ALTER TABLE visits ADD COLUMN place_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN place_up_ms BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE visits DROP COLUMN place_up_ms;
ALTER TABLE visits DROP COLUMN place_start;
ALTER TABLE tickets DROP COLUMN cases;
ALTER TABLE tickets DROP COLUMN purpose;
ALTER TABLE tickets DROP COLUMN class;
ALTER TABLE tickets DROP COLUMN call_up_ms;
ALTER TABLE tickets DROP COLUMN call_start;
ALTER TABLE tickets DROP COLUMN state_up_ms;
ALTER TABLE tickets DROP COLUMN state_start;
