-- A clerk who cannot sign on is helped by a manager.

-- +goose Up
CREATE TABLE staff_help (
    hall     TEXT   NOT NULL,
    badge    TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    argon2   TEXT   NOT NULL, -- of the one-time code: nobody tries eight digits out in the time that it holds; empty: none
    until_ms BIGINT, -- of the code
    PRIMARY KEY (hall, badge)
);

-- +goose Down
DROP TABLE staff_help;
