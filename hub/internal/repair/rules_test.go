package repair

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// The rules of 001 and domain §4 about who may do what, when: what was before, what somebody now wants, and why it is
// refused. An empty code: it is not.
func TestTheRules(t *testing.T) {
	reached := []step{opens, assign(chen, "police"), sign(tang), call(fang, true)}
	signed := []step{opens, assign(chen, "police"), sign(tang)}
	verified := []step{opens, assign(chen, "police"), sign(tang), call(fang, true), verify(tang, hall.ResultConfirmed)}
	noReply := func(s *story) ([]hall.Fact, error) {
		return s.r.Answer(hall.ResultConfirmed, text("changed"), hall.Sealed{}, s.hand(tang), s.law)
	}
	noChange := func(s *story) ([]hall.Fact, error) {
		return s.r.Answer(hall.ResultPartly, hall.Sealed{}, text("reply"), s.hand(tang), s.law)
	}
	noReason := func(s *story) ([]hall.Fact, error) {
		return s.r.Extend(day("2026-11-20"), hall.Sealed{}, s.hand(tang), s.law)
	}
	verifyAndRepair := func(result hall.RepairResult, mode hall.RepairMode) step {
		return func(s *story) ([]hall.Fact, error) { return s.r.Verify(result, mode, hall.Sealed{}, s.hand(tang)) }
	}
	moved := tang // to the centre
	moved.Role, moved.Unit = RoleCentre, ""
	onCall := func(p hall.Person, c hall.Channel, id string) step {
		return func(s *story) ([]hall.Fact, error) {
			return s.r.Rate(Verdict{Level: hall.Good, Channel: c, Call: id}, s.hand(p), s.law)
		}
	}
	seen := func(version int, p hall.Person) step {
		return func(s *story) ([]hall.Fact, error) {
			h := s.hand(p)
			h.Seen = version
			return s.r.Sign(h)
		}
	}
	for _, c := range []struct {
		rule  string
		given []step
		when  step
		want  Code
	}{
		// Who assigns, signs, works.
		{"§4 the centre assigns", []step{opens}, assign(chen, "police"), ""},
		{"§4 so may a rule of the hub", []step{opens}, assign(hall.Person{}, "police"), ""},
		{"§4 the unit does not assign to another", []step{opens}, assign(tang, "land"), CodeForbidden},
		{"§1 监察 does not", []step{opens}, assign(shen, "police"), CodeForbidden},
		{"an assignment names a unit", []step{opens}, assign(chen, ""), CodeChoice},
		{"签收: a handler of the unit", []step{opens, assign(chen, "police")}, sign(tang), ""},
		{"签收: not one of another unit", []step{opens, assign(chen, "police")}, sign(lei), CodeForbidden},
		{"签收: not before it is assigned", []step{opens}, sign(tang), CodeTurn},
		{"签收: once", signed, sign(wen), CodeTurn},
		{"签收: after it went to another unit, not the old one", []step{opens, assign(chen, "police"), assign(chen, "land")}, sign(tang), CodeForbidden},
		{"§1 a window clerk is no handler", []step{opens, assign(chen, "police")}, sign(zhou), CodeForbidden},
		{"§4 what the centre owns its own people repair", []step{at(func(s *Service) { s.Place = append(s.Place, "溪口镇") }), opens, assign(chen, CentreUnit)}, sign(bai), ""},
		{"§4 not who only decides", []step{at(func(s *Service) { s.Place = append(s.Place, "溪口镇") }), opens, assign(chen, CentreUnit)}, sign(chen), CodeForbidden},
		{"another handler of the unit stands in", signed, verify(wen, hall.ResultPartly), ""},

		// Compare and set.
		{"who saw an older version is told who was first", []step{opens, assign(chen, "police")}, seen(1, tang), "taken"},
		{"nobody has seen the future", []step{opens, assign(chen, "police")}, seen(3, tang), "taken"},
		{"a reminder of the clock is nobody's turn", []step{opens, until("2026-11-06 09:00"), assign(chen, "police"), until("2026-11-07 00:00")}, seen(3, tang), ""},

		// Call-back 回访.
		{"§4 called by the unit's call-back person", signed, call(fang, true), ""},
		{"§4 else by the centre", signed, call(chen, true), ""},
		{"§4 else by the hotline", signed, call(op7, false), ""},
		{"§4 the handler is not the caller", signed, call(tang, true), CodeForbidden},
		{"§1 never a window clerk", signed, call(zhou, true), CodeForbidden},
		{"§4 not the call-back person of another unit", signed, call(mei, true), CodeForbidden},
		{"§4 who is anonymous is not called", append([]step{rated(anonymous)}, signed...), call(fang, true), CodeNoCall},
		{"§4 who did not agree is not called", append([]step{rated(silent)}, signed...), call(fang, true), CodeNoCall},
		{"what was said is recorded", signed, func(s *story) ([]hall.Fact, error) { return s.r.Call(true, hall.Sealed{}, s.hand(fang)) }, CodeText},
		{"who was not reached said nothing", signed, func(s *story) ([]hall.Fact, error) { return s.r.Call(false, hall.Sealed{}, s.hand(fang)) }, ""},

		// Verify, repair.
		{"核实 before 整改", reached, repairs(tang, hall.RepairAtOnce), CodeVerify},
		{"核实 has three results", reached, verify(tang, "perhaps"), CodeChoice},
		{"001 立行立改: at once", verified, repairs(tang, hall.RepairAtOnce), ""},
		{"001 台账: in the ledger", verified, repairs(tang, hall.RepairLedger), ""},
		{"核实 and 整改 in one", reached, verifyAndRepair(hall.ResultConfirmed, hall.RepairLedger), ""},
		{"in one, too, there is no third way", reached, verifyAndRepair(hall.ResultConfirmed, "later"), CodeChoice},
		{"there is no third way", verified, repairs(tang, "later"), CodeChoice},
		{"what is not true is not repaired", append(reached, verify(tang, hall.ResultUnfounded)), repairs(tang, hall.RepairAtOnce), CodeUnfounded},

		// Answer.
		{"§4 named: no answer without the call-back", []step{opens, assign(chen, "police"), sign(tang), verify(tang, hall.ResultConfirmed), repairs(tang, hall.RepairLedger)}, answer(tang, hall.ResultConfirmed), CodeCallFirst},
		{"§4 named and reached: answered", worked(), answer(tang, hall.ResultConfirmed), ""},
		{"§4 one call that reached nobody is no call-back", []step{opens, assign(chen, "police"), sign(tang), call(fang, false), verify(tang, hall.ResultUnfounded)}, answer(tang, hall.ResultUnfounded), CodeCallFirst},
		{"§4 three calls on one day are one", []step{opens, assign(chen, "police"), sign(tang), call(fang, false), call(fang, false), call(fang, false), verify(tang, hall.ResultUnfounded)}, answer(tang, hall.ResultUnfounded), CodeCallFirst},
		{"§4 not reached on three different days is an answer", []step{opens, assign(chen, "police"), sign(tang), call(fang, false), until("2026-11-05 10:00"), call(fang, false), until("2026-11-06 10:00"), call(op7, false), verify(tang, hall.ResultUnfounded)}, answer(tang, hall.ResultUnfounded), ""},
		{"§4 named but not agreed: the answer alone", []step{rated(silent), opens, assign(chen, "police"), sign(tang)}, answer(tang, hall.ResultUnfounded), ""},
		{"§4 anonymous: the answer alone", []step{rated(anonymous), opens, assign(chen, "police"), sign(tang)}, answer(tang, hall.ResultUnfounded), ""},
		{"§4 a pack may demand no call", []step{underLaw(func(p *hall.Policy) { p.CallBack.Named = false }), opens, assign(chen, "police"), sign(tang)}, answer(tang, hall.ResultUnfounded), ""},
		{"§4 who gives his name later is called too", []step{rated(anonymous), opens, assign(chen, "police"), sign(tang), rated(func(r *Rating) { r.Named, r.Callback = true, true })}, answer(tang, hall.ResultUnfounded), CodeCallFirst},
		{"001 what is true is repaired before it is answered", verified, answer(tang, hall.ResultConfirmed), CodeBegin},
		{"an answer says what was found", reached, answer(tang, ""), CodeVerify},
		{"or what was found before", worked(), answer(tang, ""), ""},
		{"nothing else", worked(), answer(tang, "perhaps"), CodeChoice},
		{"an answer answers the citizen", worked(), noReply, CodeText},
		{"an answer says what was changed", worked(), noChange, CodeText},
		{"§4 an answer after the deadline is late, not forbidden", append(worked(), until("2026-11-25 10:00")), answer(tang, hall.ResultConfirmed), ""},
		{"an answer is not taken back", answered(), answer(tang, hall.ResultConfirmed), CodeTurn},
		{"§1 the person rated does not answer", worked(), answer(zhou, hall.ResultConfirmed), CodeForbidden},
		{"§1 the centre does not answer for a unit", worked(), answer(chen, hall.ResultConfirmed), CodeForbidden},

		// Extension 延期.
		{"§4 a new date with a written reason", worked(), extend(tang, "2026-11-25"), ""},
		{"§4 on the last day of the old one", append(worked(), until("2026-11-18 23:59")), extend(tang, "2026-11-25"), ""},
		{"§4 not after the deadline", append(worked(), until("2026-11-19 00:00")), extend(tang, "2026-11-25"), CodeOverdue},
		{"§4 not without a reason", worked(), noReason, CodeText},
		{"§4 not to the same day", worked(), extend(tang, "2026-11-18"), CodeNotLater},
		{"§4 not to an earlier one", worked(), extend(tang, "2026-11-12"), CodeNotLater},
		{"pack: by 10 working days at the most", worked(), extend(tang, "2026-12-02"), ""},
		{"pack: not by more", worked(), extend(tang, "2026-12-03"), CodeTooFar},
		{"pack: once", append(worked(), extend(tang, "2026-11-20")), extend(tang, "2026-11-25"), CodeUsedUp},
		{"pack: never, where it says so", append([]step{underLaw(func(p *hall.Policy) { p.Repair.Extensions = 0 })}, worked()...), extend(tang, "2026-11-20"), CodeUsedUp},
		{"pack: twice, where it says so", append(append([]step{underLaw(func(p *hall.Policy) { p.Repair.Extensions = 2 })}, worked()...), extend(tang, "2026-11-20")), extend(tang, "2026-11-25"), ""},
		{"§4 not before the unit has signed for it", []step{opens, assign(chen, "police")}, extend(tang, "2026-11-25"), CodeTurn},
		{"§4 not by the call-back person", worked(), extend(fang, "2026-11-25"), CodeForbidden},

		// Acceptance, return.
		{"the centre accepts", answered(), accept(chen), ""},
		{"§1 or 监察", answered(), accept(shen), ""},
		{"the unit does not accept its own answer", answered(), accept(tang), CodeForbidden},
		{"nor somebody of the centre who came from it", answered(), accept(ding), CodeOwnUnit},
		{"the centre sends an answer back", answered(), sendBack(chen), ""},
		{"with a reason", answered(), func(s *story) ([]hall.Fact, error) { return s.r.Return(hall.Sealed{}, s.hand(chen)) }, CodeText},
		{"what is closed is not sent back", append(answered(), accept(chen)), sendBack(chen), CodeTurn},
		{"what the centre has yet to decide is not closed", append(answered(), propose(tang)), accept(chen), CodePending},

		// Exclusion 误评、恶意差评.
		{"001 the unit proposes with evidence", worked(), propose(tang), ""},
		{"001 not without", worked(), func(s *story) ([]hall.Fact, error) {
			return s.r.ProposeExclusion(hall.ExclusionMalicious, hall.Sealed{}, s.hand(tang))
		}, CodeText},
		{"001 误评 or 恶意差评, nothing else", worked(), func(s *story) ([]hall.Fact, error) { return s.r.ProposeExclusion("late", text("e"), s.hand(tang)) }, CodeChoice},
		{"001 the person rated does not propose", worked(), propose(zhou), CodeForbidden},
		{"001 the centre decides", append(worked(), propose(tang)), exclude(chen, true), ""},
		{"001 it may refuse", append(worked(), propose(tang)), exclude(chen, false), ""},
		{"001 with a reason", append(worked(), propose(tang)), func(s *story) ([]hall.Fact, error) { return s.r.DecideExclusion(true, hall.Sealed{}, s.hand(chen)) }, CodeText},
		{"§4 never the own unit", append(worked(), propose(tang)), exclude(tang, true), CodeForbidden},
		{"§4 nor who came from it", append(worked(), propose(tang)), exclude(ding, true), CodeOwnUnit},
		{"§4 what is the centre's own its handler does not decide", []step{at(func(s *Service) { s.Place = append(s.Place, "溪口镇") }), rated(anonymous), opens, assign(chen, CentreUnit), sign(bai), propose(bai)}, exclude(bai, true), CodeOwnUnit},
		{"§4 but the centre's other people or 监察", []step{at(func(s *Service) { s.Place = append(s.Place, "溪口镇") }), rated(anonymous), opens, assign(chen, CentreUnit), sign(bai), propose(bai)}, exclude(shen, true), ""},
		{"§4 nor who came from the unit whose clerk served, at a 综合窗口", []step{at(func(s *Service) { s.ClerkUnit = "land" }), rated(anonymous), opens, assign(chen, "police"), sign(tang), propose(tang)}, exclude(hall.Person{Account: "x", Role: RoleCentre, Unit: "land"}, true), CodeOwnUnit},
		{"§4 nor who proposed it, at the centre now", append(worked(), propose(tang)), exclude(moved, true), CodeOwnAct},
		{"§4 nothing is excluded that was not proposed", worked(), exclude(chen, true), CodeNothing},
		{"one proposal at a time", append(worked(), propose(tang)), propose(wen), CodePending},
		{"what was refused is not proposed again: an appeal is left", append(worked(), propose(tang), exclude(chen, false)), propose(tang), CodeRefused},
		{"decided once", append(worked(), propose(tang), exclude(chen, false)), exclude(gao, true), CodeNothing},

		// Appeal 申诉.
		{"§4 the person rated appeals", []step{opens}, appeal(zhou), ""},
		{"§4 the unit appeals", []step{opens}, appeal(tang), ""},
		{"§4 another clerk does not", []step{opens}, appeal(hall.Person{Account: "wu", Role: RoleStaff, Unit: "police"}), CodeForbidden},
		{"§4 nor another unit", []step{opens}, appeal(lei), CodeForbidden},
		{"§4 nor its call-back person", []step{opens}, appeal(fang), CodeForbidden},
		{"§4 within 5 working days of the opening", []step{opens, until("2026-11-11 23:59")}, appeal(zhou), ""},
		{"§4 not later", []step{opens, until("2026-11-12 00:00")}, appeal(zhou), CodeAppealLate},
		{"§4 the unit whose exclusion was refused, within 5 working days of that", append(worked(), until("2026-11-13 10:00"), propose(tang), exclude(chen, false), until("2026-11-20 23:00")), appeal(tang), ""},
		{"§4 the person rated has no second time", append(worked(), until("2026-11-13 10:00"), propose(tang), exclude(chen, false)), appeal(zhou), CodeAppealLate},
		{"§4 a second rating is no second opening", append(answered(), until("2026-11-11 22:00"), rates(hall.VeryBad), until("2026-11-12 09:00")), appeal(zhou), CodeAppealLate},
		{"each side once", []step{opens, appeal(zhou)}, appeal(zhou), CodeAppealed},
		{"both sides", []step{opens, appeal(zhou)}, appeal(tang), ""},
		{"with evidence", []step{opens}, func(s *story) ([]hall.Fact, error) {
			return s.r.Appeal(hall.GroundFacts, hall.Sealed{}, s.hand(tang), s.law)
		}, CodeText},
		{"on one of the grounds", []step{opens}, func(s *story) ([]hall.Fact, error) {
			return s.r.Appeal("unfair", text("e"), s.hand(tang), s.law)
		}, CodeChoice},
		{"§4 after the closing too, while there is time", append(answered(), accept(chen)), appeal(zhou), ""},
		{"§4 decided by the centre", []step{opens, appeal(zhou)}, decide(chen, hall.AppealStaff, true), ""},
		{"§1 or 监察", []step{opens, appeal(zhou)}, decide(shen, hall.AppealStaff, false), ""},
		{"§4 never the own unit", []step{opens, appeal(zhou)}, decide(tang, hall.AppealStaff, true), CodeForbidden},
		{"§4 nor who came from it", []step{opens, appeal(zhou)}, decide(ding, hall.AppealStaff, true), CodeOwnUnit},
		{"§4 by someone who did not decide the exclusion", append(worked(), propose(tang), exclude(chen, false), appeal(tang)), decide(chen, hall.AppealUnit, true), CodeOwnAct},
		{"§4 by another", append(worked(), propose(tang), exclude(chen, false), appeal(tang)), decide(gao, hall.AppealUnit, true), ""},
		{"§4 nor who opened it, at the centre now", []step{opens, appeal(tang)}, decide(moved, hall.AppealUnit, true), CodeOwnAct},
		{"§4 nor the other side's appeal", []step{opens, appeal(zhou), appeal(tang), decide(chen, hall.AppealStaff, false)}, decide(chen, hall.AppealUnit, true), CodeOwnAct},
		{"§4 decided once", []step{opens, appeal(zhou), decide(chen, hall.AppealStaff, false)}, decide(gao, hall.AppealStaff, true), CodeNothing},
		{"§4 no appeal, no decision", []step{opens, appeal(zhou)}, decide(chen, hall.AppealUnit, true), CodeNothing},
		{"a decision says why", []step{opens, appeal(zhou)}, func(s *story) ([]hall.Fact, error) {
			return s.r.DecideAppeal(hall.AppealStaff, true, hall.Sealed{}, s.hand(chen))
		}, CodeText},

		// Pressure 打击报复.
		{"§4 the citizen reports pressure", worked(), freeze(hall.Citizen()), ""},
		{"§4 once more, and it is added", append(worked(), freeze(hall.Citizen())), freeze(hall.Citizen()), ""},
		{"§4 after the closing too", append(answered(), accept(chen)), freeze(hall.Citizen()), ""},
		{"§4 and after he changed his rating", []step{opens, rated(turnsGood)}, freeze(hall.Citizen()), ""},
		{"a citizen reports nothing but pressure", worked(), func(s *story) ([]hall.Fact, error) {
			return s.r.Freeze(hall.FrozenReview, text("r"), s.hand(hall.Citizen()))
		}, CodeChoice},
		{"the centre stops a unit for its own reasons", worked(), func(s *story) ([]hall.Fact, error) {
			return s.r.Freeze(hall.FrozenMisconduct, text("r"), s.hand(chen))
		}, ""},
		{"a unit stops nothing", worked(), freeze(tang), CodeForbidden},
		{"a report says something", worked(), func(s *story) ([]hall.Fact, error) {
			return s.r.Freeze(hall.FrozenPressure, hall.Sealed{}, s.hand(hall.Citizen()))
		}, CodeText},
		{"§4 frozen: the unit does not answer", append(worked(), freeze(hall.Citizen())), answer(tang, hall.ResultConfirmed), CodeFrozen},
		{"§4 frozen: nor call", append(worked(), freeze(hall.Citizen())), call(fang, true), CodeFrozen},
		{"§4 frozen: nor does the hotline", append(worked(), freeze(hall.Citizen())), call(op7, true), CodeFrozen},
		{"§4 frozen: nor is an appeal opened", append(worked(), freeze(hall.Citizen())), appeal(tang), CodeFrozen},
		{"§4 frozen: the centre calls", append(worked(), freeze(hall.Citizen())), call(chen, true), ""},
		{"§4 frozen: the centre gives it to another unit", append(worked(), freeze(hall.Citizen())), assign(chen, "land"), ""},
		{"§4 frozen: the centre decides an appeal", append(worked(), appeal(zhou), freeze(hall.Citizen())), decide(chen, hall.AppealStaff, false), ""},
		{"§4 frozen: nothing is closed before it is looked into", append(answered(), freeze(hall.Citizen())), accept(chen), CodeFrozen},
		{"§4 the centre lets it go", append(worked(), freeze(hall.Citizen())), thaw(chen), ""},
		{"§4 to the centre alone: 监察 does not", append(worked(), freeze(hall.Citizen())), thaw(shen), CodeForbidden},
		{"what is not frozen is not let go", worked(), thaw(chen), CodeNotFrozen},

		// Second rating 二次评价.
		{"§4 the citizen rates the repair", answered(), rates(hall.Good), ""},
		{"§4 not before the answer", worked(), rates(hall.Bad), CodeTurn},
		{"§4 once", append(answered(), rates(hall.Good)), rates(hall.Bad), CodeRated},
		{"§4 after the closing too", append(answered(), accept(chen)), rates(hall.VeryBad), ""},
		{"pack: within 5 working days of the answer", append(answered(), until("2026-11-11 23:59")), rates(hall.Bad), ""},
		{"pack: not later", append(answered(), until("2026-11-12 00:00")), rates(hall.Bad), CodeRateLate},
		{"§4 also while it is frozen: he loses nothing", append(answered(), freeze(hall.Citizen())), rates(hall.Bad), ""},
		{"there are five levels", answered(), rates(0), CodeChoice},
		{"§3.3 a person holds his code: no pad", answered(), onCall(hall.Citizen(), hall.ChannelPad, ""), CodeChoice},
		{"§3.3 hotline: a recorded call with its operator", answered(), onCall(op7, hall.ChannelHotline, "c-1"), ""},
		{"§3.3 hotline: not without a call", answered(), onCall(op7, hall.ChannelHotline, ""), CodeChoice},
		{"§3.3 an operator enters nothing but calls", answered(), onCall(op7, hall.ChannelWeb, "c-1"), CodeChoice},
		{"nobody rates his own repair", answered(), onCall(tang, hall.ChannelWeb, ""), CodeForbidden},

		// The end.
		{"excluded is the end", append(worked(), propose(tang), exclude(chen, true)), answer(tang, hall.ResultConfirmed), CodeTurn},
		{"excluded: no appeal is left to open", append(worked(), propose(tang), exclude(chen, true)), appeal(zhou), CodeTurn},
		{"withdrawn is the end", append(worked(), rated(turnsGood)), answer(tang, hall.ResultConfirmed), CodeTurn},
		{"closed is the end for the unit", append(answered(), accept(chen)), call(fang, true), CodeTurn},
		{"there is no repair yet", nil, freeze(hall.Citizen()), CodeTurn},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := begin(t)
			s.play(t, c.given...)
			before := encode(t, s.r)
			facts, err := c.when(s)
			if got := codeOf(err); got != c.want {
				t.Fatalf("in %s: %q (%v), want %q", s.r.State, got, err, c.want)
			}
			if err != nil {
				if facts != nil || encode(t, s.r) != before {
					t.Errorf("refused, and yet %v", facts)
				}
				return
			}
			version := s.r.Version
			if err := s.tell(facts); err != nil || s.r.Version != version+len(facts) {
				t.Errorf("%d deeds were told, %d taken, %v", len(facts), s.r.Version-version, err)
			}
		})
	}
}
