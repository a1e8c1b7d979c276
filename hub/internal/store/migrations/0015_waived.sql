-- +goose Up

-- What a notice slip says need not be brought, as JSON.
ALTER TABLE notices ADD COLUMN waived TEXT NOT NULL DEFAULT 'null';

-- +goose Down
ALTER TABLE notices DROP COLUMN waived;
