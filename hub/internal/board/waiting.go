package board

// Waiting returns how many wait in a hall, by letter, as was said last; nil where nobody has said.
func (b *Board) Waiting(hallID string) map[string]int {
	var all map[string]int
	for _, s := range b.sites {
		q, ok := s.queue.of(s.link.session.Instance)
		if s.Catalogue.Hall.ID != hallID || !ok {
			continue
		}
		if all == nil {
			all = map[string]int{}
		}
		for _, l := range q.Letters {
			all[l.Letter] += l.Waiting
		}
	}
	return all
}
