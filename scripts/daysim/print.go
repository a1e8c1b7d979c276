package main

import (
	"fmt"
	"io"
)

func (s *sim) print(out io.Writer) {
	fmt.Fprintf(out, "%+v\n", s.book.notes)
	b := s.book
	b.stays = nil
	b.notes = nil
	fmt.Fprintf(out, "%+v\n", b)
}
