package agent

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/uplink"
)

// Who stands at one agent's kiosk with another's ticket, or with one that was served there, or with what he booked there: the
// agent that knows the ticket checks what he shows, and takes what he says.

// Elsewhere implements desk.Fellows.
func (s screens) Elsewhere(ctx context.Context, p desk.Proof, here desk.Shown, err error) (desk.Shown, bool) {
	stays := true
	if trail, moved := s.view().state.Trail(here.ID); moved {
		stays = !trail.Gone
	}
	if err == nil && (here.Says() || stays) {
		return desk.Shown{}, false
	}
	body := encode(p)
	for _, f := range s.knowing(p) {
		var there desk.Shown
		answer, err := s.askHolder(ctx, f, uplink.HolderFinds, body)
		if err != nil || json.Unmarshal([]byte(answer), &there) != nil {
			continue
		}
		if there.Says() || there.Known && here.ID.IsZero() {
			there.Agent = f.Name
			return there, true
		}
	}
	return desk.Shown{}, false
}

// knowing returns the hall's other agents that may know of a ticket what its holder can do, whoever gave it out first. A code that
// was typed is known to that one alone.
func (s screens) knowing(p desk.Proof) (all []uplink.Fellow) {
	first := ""
	if p.Token == "" {
		first = s.wholeNow().Owner(letterOf(p.Number))
	} else if said, bytes, err := uplink.ReadToken(p.Token[strings.LastIndex(p.Token, "/")+1:]); err == nil {
		first, _ = s.signedBy(said, bytes)
	}
	for _, f := range s.view().config.Fellows {
		if first != "" && f.Name != s.id.Name && f.Address != "" && (f.Name == first || p.Token != "") {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b uplink.Fellow) int {
		if a.Name == first {
			return -1
		} else if b.Name == first {
			return 1
		}
		return 0
	})
	return all
}

// letterOf returns the letter of a number: A of A017, and of YA003, which was booked (counter.BookingSeries).
func letterOf(number string) string {
	letters := strings.TrimRight(number, "0123456789")
	return letters[max(0, len(letters)-1):]
}

// askHolder lets an agent answer the holder of a ticket who stands here.
func (p *program) askHolder(ctx context.Context, f uplink.Fellow, act uplink.HolderAct, body []byte) (string, error) {
	text, err := uplink.SignHolder(p.id.Key().SigningKey(), uplink.Holder{Agent: p.id.Name, To: f.Name, Act: act, Body: body})
	if err != nil {
		return "", err
	}
	return p.askFellow(ctx, f, "/hall/holder", text, "")
}

// RateThere implements desk.Fellows.
func (s screens) RateThere(ctx context.Context, agent string, body []byte) (err error) {
	f, ok := s.fellowNow(agent)
	if !ok {
		return desk.CounterAway
	}
	for range askTwice { // the same form: it is one answer
		if _, err = s.askHolder(ctx, f, uplink.HolderRates, body); err == nil {
			return nil
		}
		if why, ok := toldBy(err); ok {
			return why
		}
	}
	s.log.Warn("an agent of the hall takes no rating", "agent", agent, "err", err)
	return desk.CounterAway
}

// Holder implements desk.Fellows.
func (s screens) Holder(signed string) (uplink.Holder, error) {
	h, err := uplink.ReadHolder(signed, s.view().config.Fellows)
	if err != nil || h.To != s.id.Name {
		return uplink.Holder{}, desk.NotOfThisHall
	}
	return h, nil
}
