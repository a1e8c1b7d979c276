package store

// CitizenQueries are what is asked for citizens, where the database is large.
func CitizenQueries() []string {
	return []string{ticketsNumbered, messagesDue, messageLinked, lastAsked + ` WHERE b.mark <> '' AND b.mark IN (?, ?) AND m.asked_ms IS NOT NULL ORDER BY m.asked_ms DESC, m.id LIMIT 1`}
}
