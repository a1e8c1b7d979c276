-- Who has several cases in a visit rates each, or one for all (domain §3.2).

-- +goose Up
ALTER TABLE visits ADD COLUMN by_cases BOOLEAN NOT NULL DEFAULT false; -- each of its cases was rated by itself
DROP INDEX visits_due;
CREATE INDEX visits_due ON visits (agent_id, due_day) WHERE level = 0 AND default_level = 0 AND by_cases = false AND due_provisional = false AND due_day IS NOT NULL;

-- +goose Down
DROP INDEX visits_due;
CREATE INDEX visits_due ON visits (agent_id, due_day) WHERE level = 0 AND default_level = 0 AND due_provisional = false AND due_day IS NOT NULL;
ALTER TABLE visits DROP COLUMN by_cases;
