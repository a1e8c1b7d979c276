-- +goose Up

-- The texts of halls' catalogues by their digest. Which of them is which version of a hall say the deeds catalogue.published;
-- a text is there before its deed, and stays.
CREATE TABLE catalogue_texts (
    sha  TEXT PRIMARY KEY, -- SHA-256 in hex
    text TEXT NOT NULL
);

ALTER TABLE agent_states ADD COLUMN catalogue_version BIGINT NOT NULL DEFAULT 0; -- 0: of the agent's own file
ALTER TABLE agent_states ADD COLUMN refused_version BIGINT NOT NULL DEFAULT 0; -- 0: none is refused
ALTER TABLE agent_states ADD COLUMN refused_why TEXT NOT NULL DEFAULT '';
ALTER TABLE agent_states ADD COLUMN refused_what TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE agent_states DROP COLUMN refused_what;
ALTER TABLE agent_states DROP COLUMN refused_why;
ALTER TABLE agent_states DROP COLUMN refused_version;
ALTER TABLE agent_states DROP COLUMN catalogue_version;
DROP TABLE catalogue_texts;
