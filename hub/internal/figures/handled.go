package figures

// Days are working days. The zero Days are not known.
type Days struct {
	N     int  `json:"n"`
	Known bool `json:"known"`
}

// KnownDays returns n days.
func KnownDays(n int) Days { return Days{n, true} }

// Case is what the figures need of one case 办件 (domain §7).
type Case struct {
	Accepted  bool // 受理
	Decided   bool // 办结: granted, denied, or refused
	Refused   bool // 不予受理, at once or after it was accepted
	SameDay   bool // decided on the day on which it was accepted
	OnTheSpot bool // decided in the visit that brought it, whatever its kind
	Limited   bool // it had a limit, promised or else by law
	InTime    bool // decided by it
	Legal     Days // 法定时限, as published on the day it began
	Promised  Days // 承诺时限; of what is decided on the spot none
	Used      Days // that it took, as a limit counts them
	Over      bool // nothing of it is still to come
	Trips     int  // visits in which one of its steps was taken
}

// Handled are the sums of a set of cases. Those that were refused at once were never accepted: they are in nothing but
// Refused.
type Handled struct {
	// On the day of acceptance.
	Received int // accepted 受理
	Settled  int // of the received, those decided since
	SameDay  int // of the received, those decided on the same day

	// On the day of decision.
	Decided   int // 办结
	Refused   int // 不予受理
	Limited   int // of the decided, those with a limit
	InTime    int // of those with a limit, those decided by it
	OnTheSpot int // of the decided

	// Working days of the decided: by law and by promise, where both were published; by law and used, where both are
	// known.
	PromiseLegal, Promised int
	UsedLegal, Used        int

	Over  int // of the decided, those of which nothing is still to come
	Trips int // that their applicants made for those
}

// Count tells where the case counts and as what: at one key as received, at another as decided.
func (c Case) Count(received, decided Key, tally func(Key, Sums)) {
	if c.Accepted {
		told(received, Sums{Handled: Handled{Received: 1, Settled: one(c.Decided), SameDay: one(c.SameDay)}}, tally)
	}
	told(decided, Sums{Handled: c.decided()}, tally)
}

// decided returns what the case counts as on the day of its decision.
func (c Case) decided() Handled {
	h := Handled{Refused: one(c.Refused)}
	if !c.Accepted || !c.Decided {
		return h
	}
	h.Decided, h.OnTheSpot = 1, one(c.OnTheSpot)
	h.Limited, h.InTime = one(c.Limited), one(c.Limited && c.InTime)
	if c.Legal.Known && c.Promised.Known {
		h.PromiseLegal, h.Promised = c.Legal.N, c.Promised.N
	}
	if c.Legal.Known && c.Used.Known {
		h.UsedLegal, h.Used = c.Legal.N, c.Used.N
	}
	if c.Over {
		h.Over, h.Trips = 1, c.Trips
	}
	return h
}

// OnTime 按时办结率 is decided by its limit ÷ decided (domain §9). What has no limit, or one that waits for the calendar of
// a year, is in neither.
func (s Sums) OnTime() Share { return Share{s.Handled.InTime, s.Handled.Limited} }

// OnTheSpot 现场办结率 is decided on the spot ÷ decided (domain §9).
func (s Sums) OnTheSpot() Share { return Share{s.Handled.OnTheSpot, s.Handled.Decided} }

// Settled 总办结率 is decided ÷ accepted (domain §9), of the cases that were accepted then, whenever they were decided: so
// it says what is left, and is never more than all.
func (s Sums) Settled() Share { return Share{s.Handled.Settled, s.Handled.Received} }

// SameDay 日办结率 is decided on the day of acceptance ÷ accepted (domain §9).
func (s Sums) SameDay() Share { return Share{s.Handled.SameDay, s.Handled.Received} }

// PromiseSpeedUp 承诺提速率 is (legal − promised) ÷ legal (domain §9), in working days of the cases that were decided: an
// item counts as often as it is done. A case of which either was not published is in neither.
func (s Sums) PromiseSpeedUp() Share {
	return Share{s.Handled.PromiseLegal - s.Handled.Promised, s.Handled.PromiseLegal}
}

// HandlingSpeedUp 办理提速率 is (legal − used) ÷ legal (domain §9), in working days of the cases that were decided. It is
// less than nothing where they took longer than the law allows.
func (s Sums) HandlingSpeedUp() Share {
	return Share{s.Handled.UsedLegal - s.Handled.Used, s.Handled.UsedLegal}
}

// Trips 跑动次数 is visits ÷ cases (domain §9): how often people came for a case, of those that are over. A visit is one
// in which a step of the case was taken; who was told what is missing before he had a case came for none.
func (s Sums) Trips() Ratio { return Ratio{s.Handled.Trips, s.Handled.Over} }
