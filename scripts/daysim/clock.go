package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"hallpulse/agent"
	"hallpulse/hub"
)

// dayClock is the time of the simulated day. It lies in a file which the simulator and its children map, so that all of
// them read the same moment. Only the simulator moves it on, and only when all that was asked at a moment is answered.
type dayClock struct{ at *atomic.Int64 } // nanoseconds since 1970

const clockSize = 8

// newDayClock makes the file.
func newDayClock(file string, now time.Time) (dayClock, error) {
	if err := os.WriteFile(file, make([]byte, clockSize), 0o600); err != nil {
		return dayClock{}, err
	}
	c, err := openDayClock(file)
	if err == nil {
		c.set(now)
	}
	return c, err
}

// openDayClock maps the file until the process ends.
func openDayClock(file string) (dayClock, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return dayClock{}, err
	}
	defer f.Close()
	b, err := unix.Mmap(int(f.Fd()), 0, clockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return dayClock{}, fmt.Errorf("map %s: %w", file, err)
	}
	return dayClock{(*atomic.Int64)(unsafe.Pointer(unsafe.SliceData(b)))}, nil
}

func (c dayClock) set(t time.Time) { c.at.Store(t.UnixNano()) }

func (c dayClock) now() time.Time { return time.Unix(0, c.at.Load()) }

// up returns monotonic time that begins now: it moves with the wall clock, so nobody sees a step.
func (c dayClock) up() func() time.Duration {
	began := c.at.Load()
	return func() time.Duration { return time.Duration(c.at.Load() - began) }
}

func (c dayClock) agent() agent.Clock {
	return agent.Clock{Now: c.now, Up: c.up(), Synced: func() bool { return true }}
}

func (c dayClock) hub() hub.Clock { return hub.Clock{Now: c.now, Up: c.up()} }
