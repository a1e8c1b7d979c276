-- +goose Up

-- 办件: on the day of acceptance received, settled, same_day; on the day of decision the rest. Days are working days.
ALTER TABLE tallies ADD COLUMN cases_received     BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_settled      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_same_day     BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_decided      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_refused      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_limited      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_in_time      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_on_the_spot  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN promise_legal_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN promise_days       BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN used_legal_days    BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN used_days          BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_over         BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN cases_trips        BIGINT NOT NULL DEFAULT 0;
-- 预约, on the day they were booked for.
ALTER TABLE tallies ADD COLUMN bookings           BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN bookings_came      BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN bookings_cancelled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN bookings_missed    BIGINT NOT NULL DEFAULT 0;
-- Few keys have any of them.
CREATE INDEX tallies_handled ON tallies (day) WHERE cases_received + cases_decided + cases_refused + bookings > 0;

-- +goose Down
DROP INDEX tallies_handled;
ALTER TABLE tallies DROP COLUMN bookings_missed;
ALTER TABLE tallies DROP COLUMN bookings_cancelled;
ALTER TABLE tallies DROP COLUMN bookings_came;
ALTER TABLE tallies DROP COLUMN bookings;
ALTER TABLE tallies DROP COLUMN cases_trips;
ALTER TABLE tallies DROP COLUMN cases_over;
ALTER TABLE tallies DROP COLUMN used_days;
ALTER TABLE tallies DROP COLUMN used_legal_days;
ALTER TABLE tallies DROP COLUMN promise_days;
ALTER TABLE tallies DROP COLUMN promise_legal_days;
ALTER TABLE tallies DROP COLUMN cases_on_the_spot;
ALTER TABLE tallies DROP COLUMN cases_in_time;
ALTER TABLE tallies DROP COLUMN cases_limited;
ALTER TABLE tallies DROP COLUMN cases_refused;
ALTER TABLE tallies DROP COLUMN cases_decided;
ALTER TABLE tallies DROP COLUMN cases_same_day;
ALTER TABLE tallies DROP COLUMN cases_settled;
ALTER TABLE tallies DROP COLUMN cases_received;
