package web

import (
	"net/http"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
)

// stopLine is one stop of the way that an item takes through the hall.
type stopLine struct {
	Where, Do string
	Done, Now bool
}

// wayOf lists the stops of a ticket's item, where there are several and it went the first of them. Done and now are those at
// which it is called; of a bank or a copy shop nobody tells.
func wayOf(page sheet, site *hall.Catalogue, t ticket) (way []stopLine) {
	item, ok := lookItem(site, t.item)
	if !ok {
		return nil
	}
	route, queues := item.RouteIn(t.situation), site.Queues(item, t.situation)
	if len(route) < 2 || len(queues) == 0 || queues[0].Letter != t.letter {
		return nil
	}
	done := 0
	for _, v := range t.visits {
		if v.outcome == hall.OutcomeFinished {
			done++
		}
	}
	done = min(done, len(queues))
	now := done
	if t.goes.Letter != "" {
		now = slices.IndexFunc(queues[done:], func(q hall.RouteStop) bool { return q.Letter == t.goes.Letter })
		if now >= 0 {
			now += done
			done = now
		}
	}
	n := 0 // of the queues
	for _, stop := range route {
		one := stopLine{Do: page.Lang.in(stop.Do, stop.DoEN)}
		if stop.Place != "" {
			one.Where = placeName(page, site, stop.Place)
		} else {
			one.Where, one.Done, one.Now = stopAt(page, site, stop), n < done, n == now
			n++
		}
		way = append(way, one)
	}
	return way
}

// stopAt says at which windows a stop is served.
func stopAt(page sheet, site *hall.Catalogue, stop hall.RouteStop) string {
	if stop.Window != "" {
		return where(page, site, stop.Window)
	}
	return page.list(places(page, site, stop.Letter))
}

// placeName names a place on the map that is no window, with its floor.
func placeName(page sheet, site *hall.Catalogue, id string) string {
	i := slices.IndexFunc(site.Places, func(p hall.Place) bool { return p.ID == id })
	if i < 0 {
		return ""
	}
	at := site.Places[i]
	floor := at.Floor
	for _, f := range site.Floors {
		if f.Name == at.Floor {
			floor = page.Lang.in(f.Name, f.NameEN)
		}
	}
	return page.T("ticketpage.floor", "floor", floor, "windows", page.Lang.in(at.Name, at.NameEN))
}

// queuePath, with a hall's id, is where everyone reads by what rule numbers are called there (domain §6).
const queuePath = "/p/queue/"

type queueView struct {
	Hall string
	Rule []string
}

// queueLink leads to the rule of a hall; empty where the hall is not known.
func queueLink(page sheet, site *hall.Catalogue) string {
	if site == nil {
		return ""
	}
	return queuePath + site.Hall.ID + page.Link()
}

func (p *public) queueRule(w http.ResponseWriter, r *http.Request) {
	halls := p.Halls()
	i := slices.IndexFunc(halls, func(h board.Hall) bool { return h.Catalogue.Hall.ID == r.PathValue("hall") })
	if i < 0 {
		p.tell(w, r, http.StatusNotFound, "nothing")
		return
	}
	site := halls[i].Catalogue
	page := p.sheet(r, "ticketpage.rule")
	page.Data = queueView{page.Lang.in(site.Hall.Name, site.Hall.NameEN), ruleLines(page, site)}
	p.send(w, http.StatusOK, "queue", page)
}
