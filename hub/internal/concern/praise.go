package concern

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Praise is praise 表扬 or a pennant 锦旗 that somebody brought. Praise in a work order of 12345 is a concern like others:
// 12345 waits for an answer.
type Praise struct {
	ID     string
	Source hall.ConcernSource
	Form   hall.PraiseForm
	Since  time.Time // when it was given; zero: now
	Hall   string
	Of     []hall.Praised
	Text   hall.Sealed
	Asker  hall.Sealed // who gave it
}

// maxPraised is how many one praise can name.
const maxPraised = 20

// Record keeps praise, with its source. It is no rating and waits for nothing; recorded again, nothing happens. Who is
// of a praised unit does not record it.
func (c Concern) Record(p Praise, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if c.State != "" {
		return nil, nil
	}
	if p.Since.IsZero() {
		p.Since = now
	}
	switch {
	case !idPattern.MatchString(p.ID):
		return nil, bad(BadID)
	case !p.Source.Valid(), p.Source == hall.ConcernHotline:
		return nil, bad(BadSource)
	case !p.Form.Valid():
		return nil, bad(BadForm)
	case p.Since.After(now):
		return nil, bad(BadSince)
	case len(p.Of) == 0, len(p.Of) > maxPraised, slices.ContainsFunc(p.Of, func(o hall.Praised) bool { return !idPattern.MatchString(o.Unit) }):
		return nil, bad(BadUnit)
	case by.IsRule(), by.Unit != "" && slices.ContainsFunc(p.Of, func(o hall.Praised) bool { return o.Unit == by.Unit }):
		return nil, &Refused{Code: OwnUnit}
	}
	return []hall.Fact{hall.ConcernPraised{Act: hall.Act{About: p.ID, By: by}, Source: p.Source, Form: p.Form, Since: p.Since, Hall: p.Hall,
		Of: slices.Clone(p.Of), Text: p.Text, Asker: p.Asker}}, nil
}

// Strike takes recorded praise back. The record stays, with who, when and why.
func (c Concern) Strike(seen int, why hall.StruckWhy, by hall.Person) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernStruck); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !why.Valid():
		return nil, bad(BadWhy)
	}
	return []hall.Fact{hall.ConcernStruck{Act: c.by(by), Why: why}}, nil
}
