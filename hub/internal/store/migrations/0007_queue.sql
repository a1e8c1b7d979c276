-- +goose Up
-- What the newest event said of a ticket is where it stands: it may wait again after it was missed or passed on.
ALTER TABLE tickets ADD COLUMN state_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN state_up_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN call_start  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN call_up_ms  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN class       TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN purpose     TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN cases       BIGINT NOT NULL DEFAULT 0;
-- Where it goes on, or why it is set aside.
ALTER TABLE tickets ADD COLUMN goes_letter TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN goes_item   TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN goes_window TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN goes_staff  TEXT   NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN held_why    TEXT   NOT NULL DEFAULT '';
-- A visit goes on at another window.
ALTER TABLE visits ADD COLUMN place_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN place_up_ms BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE visits DROP COLUMN place_up_ms;
ALTER TABLE visits DROP COLUMN place_start;
ALTER TABLE tickets DROP COLUMN held_why;
ALTER TABLE tickets DROP COLUMN goes_staff;
ALTER TABLE tickets DROP COLUMN goes_window;
ALTER TABLE tickets DROP COLUMN goes_item;
ALTER TABLE tickets DROP COLUMN goes_letter;
ALTER TABLE tickets DROP COLUMN cases;
ALTER TABLE tickets DROP COLUMN purpose;
ALTER TABLE tickets DROP COLUMN class;
ALTER TABLE tickets DROP COLUMN call_up_ms;
ALTER TABLE tickets DROP COLUMN call_start;
ALTER TABLE tickets DROP COLUMN state_up_ms;
ALTER TABLE tickets DROP COLUMN state_start;
