package cases

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// Whatever lies in the store, it is refused, or it is a state with which the counter goes on.
func FuzzRestore(f *testing.F) {
	c := newClerk(f)
	d := c.can(c.opening(hall.TypeCaseAccepted, "C02"))
	o := c.order(hall.TypeCaseReturned)
	o.Notice = slip("营业执照")
	for _, ch := range append(d.Changed, c.can(o).Changed...) {
		f.Add(ch.Kind, ch.Value)
	}
	f.Add(kindCase, []byte("null"))
	f.Add(kindTold, []byte(`{"visit":""}`))
	f.Add("", []byte("{}"))
	cal := hall.NewCalendar(nil, nil)
	f.Fuzz(func(t *testing.T, kind string, value []byte) {
		s, err := Restore(DefaultConfig(catalogue()), []Change{{kind, "k", value}})
		if err != nil {
			return
		}
		for _, one := range s.All() {
			one.Due(cal, "qinglan", nil)
			one.Back()
			for _, step := range append(one.Next(), hall.TypeCaseUndone) {
				o := Order{Step: step, CaseAt: hall.CaseAt{Case: one.ID}, N: one.N, Result: hall.CaseGranted, Road: hall.DeliveredByPost, Why: hall.CaseNotMet, Notice: slip("营业执照"), Day: one.Day, At: one.Since}
				if d, err := s.Do(o); err == nil && d.Case.N != one.N+1 {
					t.Errorf("after %s it has %d steps, before %d", step, d.Case.N, one.N)
				}
			}
		}
		s.Expire(1 << 20)
	})
}
