-- 系统停用: what is said of a visit while the system of its unit was down goes to the platform (domain §6).

-- +goose Up
ALTER TABLE visits ADD COLUMN down BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE visits DROP COLUMN down;
