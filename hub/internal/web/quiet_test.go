package web

import (
	"context"

	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// quiet is a hub in which nobody rated badly or asked for anything, and nothing is inspected: what waits is counted on every page.
type quiet struct{}

func (quiet) Repairs(context.Context, intake.RepairsAsked) ([]repair.Repair, string, error) {
	return nil, "", nil
}

func (quiet) CountRepairs(context.Context, intake.RepairsAsked) (int, error) { return 0, nil }

func (quiet) Repair(context.Context, string) (repair.Repair, bool, error) {
	return repair.Repair{}, false, nil
}

func (quiet) Concerns(context.Context, intake.ConcernsAsked) ([]concern.Concern, string, error) {
	return nil, "", nil
}

func (quiet) CountConcerns(context.Context, intake.ConcernsAsked) (int, error) { return 0, nil }

func (quiet) Concern(context.Context, string) (concern.Concern, bool, error) {
	return concern.Concern{}, false, nil
}

func (quiet) Inspections(context.Context, intake.InspectionsAsked) ([]inspection.Inspection, string, error) {
	return nil, "", nil
}

func (quiet) Inspection(context.Context, string) (inspection.Inspection, bool, error) {
	return inspection.Inspection{}, false, nil
}
