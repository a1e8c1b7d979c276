package hub

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// farewell is how long answers that have begun may take when the hub ends.
const farewell = 5 * time.Second

// serveHTTP answers on l until ctx ends; then it finishes what it began, for a while.
func serveHTTP(ctx context.Context, l net.Listener, s *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if err := s.Shutdown(last); err != nil {
		s.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
