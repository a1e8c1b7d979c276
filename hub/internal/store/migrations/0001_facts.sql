-- +goose Up

-- What agents, people and clocks said, and what was decided about it once. Everything else in this file but agents is
-- derived from these rows, in the order of pos.
CREATE TABLE events (
    pos            BIGINT PRIMARY KEY,
    agent_id       BIGINT  NOT NULL, -- 0: the hub's own stream
    epoch          TEXT    NOT NULL,
    seq            BIGINT  NOT NULL,
    bytes          BLOB    NOT NULL, -- as they came
    chain          BLOB    NOT NULL,
    why            TEXT    NOT NULL, -- empty: read
    again          BOOLEAN NOT NULL, -- told before, under its place before a fork
    when_ms        BIGINT  NOT NULL, -- derived once
    uncertainty_ms BIGINT  NOT NULL,
    arrived_ms     BIGINT  NOT NULL,
    UNIQUE (agent_id, epoch, seq)
);
CREATE INDEX events_not_read ON events (why) WHERE why <> '';

-- One row: held from before pos is given to the commit.
CREATE TABLE position (
    id       BIGINT PRIMARY KEY,
    pos      BIGINT NOT NULL,
    epoch    TEXT   NOT NULL, -- the hub's own, to which it adds
    rebuilds BIGINT NOT NULL
);
INSERT INTO position (id, pos, epoch, rebuilds) VALUES (1, 0, '', 0);

CREATE TABLE epochs (
    agent_id BIGINT  NOT NULL,
    epoch    TEXT    NOT NULL,
    last     BIGINT  NOT NULL,
    chain    BLOB    NOT NULL,
    began_ms BIGINT,
    when_ms  BIGINT,
    closed   BOOLEAN NOT NULL,
    ended    BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, epoch)
);

CREATE TABLE retold (
    agent_id BIGINT NOT NULL,
    epoch    TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    digest   BLOB   NOT NULL,
    PRIMARY KEY (agent_id, epoch, seq, digest)
);

CREATE TABLE tickets (
    id        TEXT PRIMARY KEY,
    number    TEXT   NOT NULL,
    letter    TEXT   NOT NULL,
    day       BIGINT NOT NULL,
    item      TEXT   NOT NULL,
    ahead     BIGINT NOT NULL,
    code_sha  TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    window_id TEXT   NOT NULL,
    calls     BIGINT NOT NULL,
    issued_ms BIGINT,
    called_ms BIGINT,
    ended_ms  BIGINT
);

CREATE TABLE visits (
    id        TEXT PRIMARY KEY,
    agent_id  BIGINT  NOT NULL,
    ticket    TEXT    NOT NULL,
    window_id TEXT    NOT NULL,
    staff     TEXT    NOT NULL,
    unit      TEXT    NOT NULL,
    item      TEXT    NOT NULL,
    opened_ms BIGINT,
    served_ms BIGINT,
    ended_ms  BIGINT,
    began     BOOLEAN NOT NULL,
    outcome   TEXT    NOT NULL,
    by_next   BOOLEAN NOT NULL,
    invited   BOOLEAN NOT NULL,
    level     BIGINT  NOT NULL, -- 0: not rated
    channel   TEXT    NOT NULL,
    rated_ms  BIGINT,
    integrity BOOLEAN NOT NULL
);
CREATE INDEX visits_ticket ON visits (ticket);
CREATE INDEX visits_window ON visits (agent_id, window_id, opened_ms);

CREATE TABLE answers (
    pos            BIGINT PRIMARY KEY,
    agent_id       BIGINT  NOT NULL,
    epoch          TEXT    NOT NULL,
    seq            BIGINT  NOT NULL,
    when_ms        BIGINT  NOT NULL,
    uncertainty_ms BIGINT  NOT NULL,
    arrived_ms     BIGINT  NOT NULL,
    kind           TEXT    NOT NULL,
    standing       TEXT    NOT NULL,
    ticket         TEXT    NOT NULL,
    told           TEXT    NOT NULL,
    visit          TEXT    NOT NULL,
    window_id      TEXT    NOT NULL,
    level          BIGINT  NOT NULL,
    channel        TEXT    NOT NULL,
    why            TEXT    NOT NULL,
    uid            BIGINT, -- of a press; its 64 bits as a signed number
    boot           BIGINT,
    press          BIGINT,
    age_ms         BIGINT  NOT NULL,
    form           TEXT,
    reasons        TEXT    NOT NULL,
    reason_missing BOOLEAN NOT NULL,
    withheld       BOOLEAN NOT NULL,
    named          BOOLEAN NOT NULL,
    callback       BOOLEAN NOT NULL,
    lapsed         BOOLEAN NOT NULL,
    ref            TEXT    NOT NULL,
    ref_sha        TEXT    NOT NULL
);
CREATE INDEX answers_press ON answers (uid, boot, press);
CREATE INDEX answers_form ON answers (form) WHERE form IS NOT NULL;
CREATE INDEX answers_ticket ON answers (ticket);
CREATE INDEX answers_visit ON answers (visit);
CREATE INDEX answers_draft ON answers (when_ms) WHERE kind = 'drafted';

CREATE TABLE windows (
    agent_id       BIGINT NOT NULL,
    window_id      TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    since_ms       BIGINT,
    ticket         TEXT   NOT NULL,
    visit          TEXT   NOT NULL,
    state_began_ms BIGINT,
    state_epoch    TEXT   NOT NULL,
    state_seq      BIGINT NOT NULL,
    staff          TEXT   NOT NULL,
    staff_began_ms BIGINT,
    staff_epoch    TEXT   NOT NULL,
    staff_seq      BIGINT NOT NULL,
    PRIMARY KEY (agent_id, window_id)
);

CREATE TABLE devices (
    agent_id    BIGINT  NOT NULL,
    device      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    window_id   TEXT    NOT NULL,
    uid         BIGINT  NOT NULL,
    up          BOOLEAN NOT NULL,
    trouble     TEXT    NOT NULL,
    dropped     BIGINT  NOT NULL, -- presses that the pad could not keep
    since_ms    BIGINT,
    at_began_ms BIGINT,
    at_epoch    TEXT    NOT NULL,
    at_seq      BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, device)
);

CREATE TABLE agent_states (
    agent_id    BIGINT PRIMARY KEY,
    hall        TEXT   NOT NULL,
    version     TEXT   NOT NULL,
    catalogue   TEXT   NOT NULL,
    instance    TEXT   NOT NULL,
    started_ms  BIGINT,
    at_began_ms BIGINT,
    at_epoch    TEXT   NOT NULL,
    at_seq      BIGINT NOT NULL,
    config      BIGINT NOT NULL
);

CREATE TABLE clock_steps (
    pos       BIGINT PRIMARY KEY,
    agent_id  BIGINT NOT NULL,
    start     BIGINT NOT NULL,
    up_ms     BIGINT NOT NULL,
    to_ms     BIGINT NOT NULL
);
CREATE INDEX clock_steps_start ON clock_steps (agent_id, start);

CREATE TABLE tallies (
    agent_id  BIGINT NOT NULL,
    window_id TEXT   NOT NULL,
    staff     TEXT   NOT NULL,
    day       BIGINT NOT NULL,
    served    BIGINT NOT NULL,
    ratable   BIGINT NOT NULL,
    invited   BIGINT NOT NULL,
    level_1   BIGINT NOT NULL,
    level_2   BIGINT NOT NULL,
    level_3   BIGINT NOT NULL,
    level_4   BIGINT NOT NULL,
    level_5   BIGINT NOT NULL,
    PRIMARY KEY (agent_id, window_id, staff, day)
);
CREATE INDEX tallies_day ON tallies (day);

CREATE TABLE findings (
    pos       BIGINT PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    rule      TEXT   NOT NULL,
    agent     TEXT   NOT NULL,
    epoch     TEXT   NOT NULL,
    from_seq  BIGINT NOT NULL,
    to_seq    BIGINT NOT NULL,
    uid       BIGINT NOT NULL,
    boot      BIGINT NOT NULL,
    presses   TEXT   NOT NULL, -- numbers, comma separated
    window_id TEXT   NOT NULL
);

CREATE TABLE restores (
    pos         BIGINT PRIMARY KEY,
    copied_ms   BIGINT NOT NULL,
    restored_ms BIGINT NOT NULL
);

-- +goose Down
DROP TABLE restores;
DROP TABLE findings;
DROP TABLE tallies;
DROP TABLE clock_steps;
DROP TABLE agent_states;
DROP TABLE devices;
DROP TABLE windows;
DROP TABLE answers;
DROP TABLE visits;
DROP TABLE tickets;
DROP TABLE retold;
DROP TABLE epochs;
DROP TABLE position;
DROP TABLE events;
