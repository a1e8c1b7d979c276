-- 协助评价: who helped the citizen of a visit to press, at which window, and whether that became its rating (domain §3.13).

-- +goose Up
ALTER TABLE visits ADD COLUMN assisted BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE visits ADD COLUMN helper TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN helped_at TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE visits DROP COLUMN helped_at;
ALTER TABLE visits DROP COLUMN helper;
ALTER TABLE visits DROP COLUMN assisted;
