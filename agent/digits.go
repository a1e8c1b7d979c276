package agent

import (
	"net/url"
	"slices"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/uplink"
)

// What a citizen without his ticket rates by on his phone: the code on the window's sticker, and the digits of his visit.

// digitsOf returns the 4 digits of the visit that is open at a window: the one served, else the one invited; empty where there
// is none, or no sticker can lead anywhere (design §4).
func (s screens) digitsOf(w counter.WindowView) string {
	v := w.Visit
	if v == nil || v.ServedHere().IsZero() {
		v = w.Invited
	}
	if v == nil || !v.Rated.IsZero() || v.Ticket.CodeSHA == "" || s.view().config.PublicURL == "" {
		return ""
	}
	return uplink.Digits(v.Ticket.CodeSHA, v.ID)
}

// stickerURL is what the code on a window's sticker says; empty where citizens have no address to come to.
func (p *program) stickerURL(window string) string {
	base := p.view().config.PublicURL
	if base == "" {
		return ""
	}
	to, err := url.JoinPath(base, "r", "at", url.PathEscape(p.hallNow().Hall.ID), url.PathEscape(window))
	if err != nil {
		p.log.Error("no sticker can be printed", "err", err)
		return ""
	}
	return to
}

// Stickers implements desk.Stickers.
func (s screens) Stickers() []desk.Sticker {
	out := []desk.Sticker{}
	c := s.hallNow()
	for _, w := range c.Windows {
		one := desk.Sticker{Window: w.ID, Floor: w.Floor, FloorEN: w.FloorEN, URL: s.stickerURL(w.ID)}
		for _, l := range c.Services {
			if slices.Contains(w.Services, l.Letter) {
				one.Services = append(one.Services, desk.HallLine{Letter: l.Letter, Name: l.Name, NameEN: l.NameEN})
			}
		}
		out = append(out, one)
	}
	return out
}
