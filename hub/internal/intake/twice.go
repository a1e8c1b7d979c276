package intake

// instances remembers which programs spoke under an agent's name.
type instances map[uint32]speakers

// speakers are the program that speaks under a name, the one before it, and whether both were found alive.
type speakers struct {
	now, before string
	told        bool
}

// sees reports whether instance had been taken over by another one and speaks again: two programs live under one name
// (design §3). It reports a pair once.
func (i instances) sees(agent uint32, instance string) bool {
	s := i[agent]
	return instance == s.before && !s.told
}

// saw remembers instance.
func (i instances) saw(agent uint32, instance string) {
	switch s := i[agent]; instance {
	case s.now:
	case s.before:
		i[agent] = speakers{instance, s.now, true}
	default:
		i[agent] = speakers{instance, s.now, false}
	}
}
