-- +goose Up

-- By it the visit is found that an answer was tied to after its text was filed.
CREATE INDEX answers_ref ON answers (ref) WHERE ref <> '';

-- +goose Down
DROP INDEX answers_ref;
