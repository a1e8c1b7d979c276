package web

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// TestWhichPageATicketShows reads as design §4 and screens "ticket page" say it.
func TestWhichPageATicketShows(t *testing.T) {
	now := tenThirtyOne()
	today := hall.DayOf(now)
	longAgo := now.Add(-61 * 24 * time.Hour)
	// known is what is stored of a ticket in a state.
	known := func(s hall.TicketState, what ...any) intake.Story {
		story := intake.Story{Ticket: intake.Ticket{ID: aTicket, State: s}}
		for _, w := range what {
			switch w := w.(type) {
			case intake.Visit:
				story.Visits = append(story.Visits, w)
			case intake.Answer:
				story.Answers = append(story.Answers, w)
			}
		}
		return story
	}
	goes := func(s hall.TicketState, to intake.Goes, called string, what ...any) intake.Story {
		story := known(s, what...)
		story.Ticket.Goes, story.Ticket.Window = to, called
		return story
	}
	unheard := intake.Story{}
	isQueued, isCalled, isFinished := hall.TicketIsQueued, hall.TicketIsCalled, hall.TicketIsFinished
	done, done2, old := finished(visit1, now), finished(visit2, now), finished(visit1, longAgo)
	called := intake.Visit{ID: visit1, Opened: now}
	serving := intake.Visit{ID: visit1, Opened: now, Served: now, Began: true}
	missed := intake.Visit{ID: visit2, Opened: now, Ended: now, Outcome: hall.OutcomeMissed}
	good, ahead := sent(visit1, hall.Good), sent(hall.ID{}, hall.Good)
	eleven := []any{done}
	for range 1 + maxFollowUps {
		eleven = append(eleven, good)
	}
	inLine := &board.Place{Ahead: 3}

	for name, c := range map[string]struct {
		story   intake.Story
		day     hall.Day
		ask     ask
		place   *board.Place
		silent  bool
		want    string
		pending bool
	}{
		"it waits": {story: known(isQueued), place: inLine, want: sceneWaiting},
		"it waits, nobody has told in which place":               {story: known(isQueued), want: sceneWaiting},
		"it waits, asked to rate: not yet":                       {story: known(isQueued), ask: ask{rate: true}, want: sceneWaiting},
		"just printed: the line knows it before its event comes": {story: unheard, place: inLine, want: sceneWaiting},
		"it is called":  {story: known(isCalled, called), want: sceneCalled},
		"service began": {story: known(isCalled, serving), want: sceneRate},
		"service ended": {story: known(isFinished, done), want: sceneRate},
		"a key was pressed at the window: it can be corrected": {story: known(isFinished, done, pressed(visit1, hall.Bad)), want: sceneRate},
		"the first tap is kept":                                {story: known(isFinished, done, tapped(visit1, hall.Bad)), want: sceneChosen},
		"改选":                                                   {story: known(isFinished, done, tapped(visit1, hall.Bad)), ask: ask{change: true}, want: sceneRate},
		"a replay shows what was rated":                        {story: known(isFinished, done, good), want: sceneReceived},
		"改选 after it was sent":                                 {story: known(isFinished, done, good), ask: ask{change: true}, want: sceneReceived},
		"追评":                                                   {story: known(isFinished, done, good), ask: ask{more: true}, want: sceneMore},
		"追评 of a rating that is none":                          {story: known(isFinished, done), ask: ask{more: true}, want: sceneRate},
		"追评 once too often":                                    {story: known(isFinished, eleven...), ask: ask{more: true}, want: sceneReceived},
		"two visits: which one":                                {story: known(isFinished, done, done2, good), want: sceneChoose},
		"two visits, the second chosen":                        {story: known(isFinished, done, done2, good), ask: ask{visit: visit2.String()}, want: sceneRate},
		"two visits, one of another ticket asked for":          {story: known(isFinished, done, done2, good), ask: ask{visit: "1-0001-93"}, want: sceneChoose},
		"two visits, a form of before they were told":          {story: known(isFinished, done, done2, good), ask: ask{first: true}, want: sceneReceived},
		"called, nobody came, called again and served":         {story: known(isFinished, missed, done), want: sceneRate},
		"the second window of its visit calls it":              {story: goes(isCalled, intake.Goes{}, "13", serving), want: sceneCalled},
		"passed on inside its unit, the line is not told":      {story: goes(isQueued, intake.Goes{Letter: "A", Window: "13"}, "", serving), want: sceneWaiting},
		"one stop done, the next one waits":                    {story: goes(isQueued, intake.Goes{Letter: "B"}, "", done), place: inLine, want: sceneWaiting},
		"one stop done, and it is rated":                       {story: goes(isQueued, intake.Goes{Letter: "B"}, "", done), place: inLine, ask: ask{rate: true}, want: sceneRate},
		"暂离":                                                   {story: goes(hall.TicketIsHeld, intake.Goes{Window: "12", Held: hall.HeldMaterials}, "", serving), want: sceneHeld},
		"退号":                                                   {story: known(hall.TicketIsCancelled), want: sceneCancelled},
		"过号, on an earlier day":                                {story: known(hall.TicketIsMissed, missed), day: today - 1, want: sceneLost},
		"过号":                                                   {story: known(hall.TicketIsMissed, missed), want: sceneMissed},
		"过号, asked to rate while the agent is silent":          {story: known(hall.TicketIsMissed), ask: ask{rate: true}, silent: true, want: sceneMissed},
		"作废":                                                {story: known(hall.TicketIsWithdrawn), want: sceneWithdrawn},
		"nobody has told of it: rated ahead":                {story: unheard, silent: true, want: sceneRate, pending: true},
		"nobody has told of it, 60 days ago":                {story: unheard, day: today - 60, silent: true, want: sceneRate, pending: true},
		"nobody has told of it, 61 days ago":                {story: unheard, day: today - 61, silent: true, want: sceneOutdated, pending: true},
		"rated ahead: a replay says so":                     {story: known("", ahead), silent: true, want: sceneReceived, pending: true},
		"tapped ahead":                                      {story: known("", tapped(hall.ID{}, hall.Bad)), silent: true, want: sceneChosen, pending: true},
		"rated ahead, then told that it waited":             {story: known(isQueued, ahead), place: inLine, want: sceneReceived, pending: true},
		"rated ahead, then told that nobody came":           {story: known(hall.TicketIsMissed, ahead), want: sceneMissed},
		"rated ahead, then its visit is told":               {story: known(isFinished, done, ahead), want: sceneReceived},
		"rated ahead, then two visits are told: the first":  {story: known(isFinished, done, done2, ahead), ask: ask{visit: visit1.String()}, want: sceneReceived},
		"tapped ahead, then its visit is told":              {story: known(isFinished, done, tapped(hall.ID{}, hall.Bad)), want: sceneChosen},
		"it waited when the agent fell silent":              {story: known(isQueued), place: inLine, silent: true, want: sceneWaiting},
		"it waited then, and its holder has been served":    {story: known(isQueued), place: inLine, silent: true, ask: ask{rate: true}, want: sceneRate, pending: true},
		"it was called then, and its holder has been there": {story: known(isCalled, called), silent: true, ask: ask{rate: true}, want: sceneRate, pending: true},
		"a visit 61 days ago":                               {story: known(isFinished, old), want: sceneOutdated},
		"a visit 61 days ago that was rated":                {story: known(isFinished, old, good), want: sceneReceived},
		"yesterday by the clock of an agent a year behind":  {story: known(isFinished, done), day: today - 365, want: sceneRate},
	} {
		t.Run(name, func(t *testing.T) {
			day := c.day
			if day == 0 {
				day = today
			}
			s := decide(ticketOf(c.story), day, c.ask, spot{place: c.place, up: !c.silent}, now)
			if s.name != c.want || s.pending != c.pending {
				t.Errorf("page %q, pending %v; want %q, %v", s.name, s.pending, c.want, c.pending)
			}
		})
	}
}

func TestAnAnswerIsNamedByTicketVisitAndNumber(t *testing.T) {
	token, visit := []byte("token"), hall.ID{Agent: 1, Tag: 2, Serial: 3}
	same := answerID(token, visit, 0)
	if same != answerID([]byte("token"), visit, 0) {
		t.Error("the same form has two names")
	}
	for name, other := range map[string]string{
		"another ticket": answerID([]byte("tokem"), visit, 0),
		"another visit":  answerID(token, hall.ID{}, 0),
		"a follow-up":    answerID(token, visit, 1),
	} {
		if other == same {
			t.Errorf("%s has the same name", name)
		}
	}
}
