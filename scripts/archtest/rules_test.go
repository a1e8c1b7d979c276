package archtest

import "strings"

// A room is a package of ours, or a folder of them. It may import of ours what uses lists, and outside the standard
// library what libs lists. Tests are free: what they import is not looked at, except for scripts/.
type room struct {
	path string // below the module; a trailing /… takes the folders below too
	uses []string
	libs []string
	// deny lists packages of the standard library that would break the room's promise.
	deny []string
	why  string
}

// rules is the house of style.md, "Import rules". A package that no line names may not exist.
func rules() []room {
	pure := []string{"os", "net", "net/http", "database/sql", "os/exec", "syscall"}
	return []room{
		{path: "firmware-protocol/hall", deny: pure, why: "hall holds words; it knows no file, no network (rule 1)"},
		{path: "firmware-protocol/pad", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "a codec takes bytes and gives values (rule 1)"},
		{path: "firmware-protocol/frame", uses: []string{"firmware-protocol/hall"}, libs: []string{"golang.org/x/text"}, deny: pure, why: "a codec takes bytes and gives values (rule 1)"},
		{path: "firmware-protocol/escpos", uses: []string{"firmware-protocol/hall"}, libs: []string{"golang.org/x/text"}, deny: pure, why: "a codec takes bytes and gives values (rule 1)"},
		{path: "firmware-protocol/uplink", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "a codec takes bytes and gives values (rule 1)"},
		{path: "firmware-protocol/simulator", uses: []string{"firmware-protocol/hall", "firmware-protocol/pad", "firmware-protocol/escpos"}, libs: []string{"golang.org/x/sys", "golang.org/x/text"}, why: "the far end of the wire speaks the protocols and knows nobody of ours (rule 5)"},

		{path: "agent/internal/counter", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "what happens at a counter is pure (rule 2)"},
		{path: "agent/internal/cases", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "what becomes of an application is pure (rule 2)"},
		{path: "agent/internal/device", uses: []string{"firmware-protocol/hall", "firmware-protocol/pad", "firmware-protocol/frame", "firmware-protocol/escpos"}, libs: []string{"go.bug.st/serial", "github.com/skip2/go-qrcode", "golang.org/x/sys"}, why: "device knows lines and paper, not queues or networks (rule 2)"},
		{path: "agent/internal/preview", uses: []string{"firmware-protocol/escpos"}, libs: []string{"golang.org/x/image", "github.com/skip2/go-qrcode"}, deny: []string{"net", "net/http"}, why: "preview draws bytes; it knows no port and no meaning (rule 8)"},
		{path: "agent/internal/outbox", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink"}, libs: []string{"go.etcd.io/bbolt", "golang.org/x/sys"}, deny: []string{"net", "net/http"}, why: "outbox never speaks to the network (rule 2)"},
		{path: "agent/internal/hublink", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink"}, libs: []string{"github.com/eclipse/paho.mqtt.golang"}, why: "hublink carries; it does not know what it carries (rule 2)"},
		{path: "agent/internal/entry", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink"}, libs: []string{"github.com/alexedwards/argon2id"}, deny: pure, why: "who comes in at the counter's screens is pure (rule 8)"},
		{path: "agent/internal/desk", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "agent/internal/counter", "agent/internal/cases", "agent/internal/entry"}, libs: []string{"github.com/gorilla/websocket", "github.com/skip2/go-qrcode"}, why: "desk shows the counter and sends acts to it (rule 2)"},
		{path: "agent", uses: []string{"firmware-protocol/…", "agent/internal/…", "web-kiosk", "configs/…"}, libs: []string{"github.com/goccy/go-yaml", "golang.org/x/sys"}, why: "the door wires its own rooms (rule 4)"},
		{path: "agent/cmd/hall-agent", uses: []string{"agent"}, libs: []string{"github.com/spf13/cobra"}, why: "a command holds flags, signals and exit codes and imports its door alone (rule 4)"},

		{path: "hub/internal/rating", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "the rating law is pure (rule 3)"},
		{path: "hub/internal/repair", uses: []string{"firmware-protocol/hall", "hub/internal/rating"}, deny: pure, why: "the repair of a bad rating is pure (rule 3)"},
		{path: "hub/internal/casework", uses: []string{"firmware-protocol/hall", "hub/internal/rating"}, deny: pure, why: "what the steps of a case make of it is pure (rule 3)"},
		{path: "hub/internal/catalogue", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "what a catalogue has otherwise than another is pure (rule 3)"},
		{path: "hub/internal/figures", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "figures are pure (rule 3)"},
		{path: "hub/internal/export", uses: []string{"firmware-protocol/hall", "hub/internal/figures"}, libs: []string{"github.com/xuri/excelize"}, deny: pure, why: "export lays out and writes tables; who asks and where it goes is the caller's (rule 8)"},
		{path: "hub/internal/notify", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "when a message is sent and what it says is pure (rule 8)"},
		{path: "hub/internal/notify/gateway", uses: []string{"firmware-protocol/hall", "hub/internal/private"}, deny: []string{"database/sql", "os/exec"}, why: "gateway speaks to who carries messages; when and why, it does not know (rule 8)"},
		{path: "hub/internal/private", uses: []string{"firmware-protocol/hall"}, libs: []string{"golang.org/x/crypto"}, deny: pure, why: "the vault seals and opens; others keep (rule 8)"},
		{path: "hub/internal/access", deny: pure, why: "who may do what is one pure table (rule 8)"},
		{path: "hub/internal/concern", uses: []string{"firmware-protocol/hall", "hub/internal/rating"}, libs: []string{"golang.org/x/text/encoding"}, deny: pure, why: "the desk of concerns is pure (rule 3)"},
		{path: "hub/internal/inspection", uses: []string{"firmware-protocol/hall"}, deny: pure, why: "inspections are pure (rule 3)"},
		{path: "hub/internal/board", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "hub/internal/figures"}, deny: pure, why: "the board's picture is a pure model; web sends it (rule 8)"},
		{path: "hub/internal/intake", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "hub/internal/rating", "hub/internal/repair", "hub/internal/casework", "hub/internal/concern", "hub/internal/inspection", "hub/internal/notify", "hub/internal/figures", "hub/internal/private"}, deny: pure, why: "intake is the only writer of facts and decides in memory (rule 3)"},
		{path: "hub/internal/store", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "hub/internal/rating", "hub/internal/repair", "hub/internal/casework", "hub/internal/concern", "hub/internal/inspection", "hub/internal/notify", "hub/internal/figures", "hub/internal/private", "hub/internal/intake"}, libs: []string{"modernc.org/sqlite", "github.com/pressly/goose"}, deny: []string{"net", "net/http"}, why: "store keeps what the rooms decide (rule 3)"},
		{path: "hub/internal/broker", uses: []string{"firmware-protocol/uplink"}, libs: []string{"github.com/mochi-mqtt/server", "github.com/eclipse/paho.mqtt.golang"}, why: "broker knows topics and who may speak (rule 3)"},
		{path: "hub/internal/web", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "hub/internal/rating", "hub/internal/figures", "hub/internal/export", "hub/internal/access", "hub/internal/private", "hub/internal/repair", "hub/internal/casework", "hub/internal/concern", "hub/internal/inspection", "hub/internal/notify", "hub/internal/intake", "hub/internal/catalogue", "hub/internal/board"}, libs: []string{"github.com/gorilla/websocket", "github.com/skip2/go-qrcode", "github.com/alexedwards/scs", "github.com/alexedwards/argon2id", "github.com/coreos/go-oidc", "golang.org/x/oauth2", "github.com/pquerna/otp", "golang.org/x/text"}, why: "web knows net/http, and neither store nor broker (rule 3)"},
		{path: "hub", uses: []string{"firmware-protocol/hall", "firmware-protocol/uplink", "hub/internal/…", "web-kiosk", "configs/…"}, libs: []string{"github.com/goccy/go-yaml", "github.com/alexedwards/argon2id", "golang.org/x/sys"}, why: "the door wires its own rooms (rule 4)"},
		{path: "hub/cmd/hall-hub", uses: []string{"hub"}, libs: []string{"github.com/spf13/cobra", "golang.org/x/sys"}, why: "a command holds flags, signals and exit codes and imports its door alone (rule 4)"},

		{path: "web-kiosk", why: "holds the built pages and the words (rule 4)"},
		{path: "configs", why: "holds the sample configuration (rule 4)"},
		{path: "configs/strict", uses: []string{"firmware-protocol/hall"}, libs: []string{"github.com/goccy/go-yaml"}, why: "reads configuration for the doors, strictly, and knows none of it (rule 6)"},
		{path: "scripts/…", uses: []string{"agent", "hub", "firmware-protocol/…", "configs", "web-kiosk", "scripts/…"}, libs: []string{"…"}, why: "scripts reach rooms through the doors and the shipped binaries (rule 5)"},
	}
}

// A cRoom is a C file of ours, or a folder of them: which of the system's headers it may include, and whether it may use
// the heap.
type cRoom struct {
	path    string
	headers []string
	heap    bool
	why     string
}

func cRooms() []cRoom {
	plain := []string{"stdbool.h", "stdint.h", "stddef.h", "string.h"}
	chip := append([]string{"avr/…", "util/…"}, plain...)
	return []cRoom{
		{path: "firmware-protocol/c/pad.c", headers: plain, why: "the codec runs on any microcontroller: nothing but string.h, no heap (rule 1)"},
		{path: "firmware-protocol/c/pad.h", headers: plain, why: "the codec runs on any microcontroller: nothing but string.h, no heap (rule 1)"},
		{path: "firmware-protocol/c/…", headers: append([]string{"ctype.h", "inttypes.h", "stdio.h", "stdlib.h"}, plain...), why: "what tries the codec runs on any computer"},
		{path: "firmware-protocol/firmware/power_test.c", headers: append([]string{"stdio.h", "stdlib.h", "unistd.h", "sys/…"}, plain...), why: "it runs on a computer"},
		{path: "firmware-protocol/firmware/queue.c", headers: plain, why: "what a pad keeps is tried on a computer: it knows no chip"},
		{path: "firmware-protocol/firmware/journal.c", headers: plain, why: "what a pad keeps is tried on a computer: it knows no chip"},
		{path: "firmware-protocol/firmware/kept.c", headers: plain, why: "what a pad keeps is tried on a computer: it knows no chip"},
		{path: "firmware-protocol/firmware/identity.c", headers: plain, why: "what a pad keeps is tried on a computer: it knows no chip"},
		{path: "firmware-protocol/firmware/link.c", headers: plain, why: "the protocol knows no chip"},
		{path: "firmware-protocol/firmware/…", headers: chip, why: "the firmware has 2 KB and the chip: no heap, no printing"},
		{path: "firmware-protocol/firmware/board/…", headers: append([]string{"simavr/…", "sys/…", "errno.h", "fcntl.h", "inttypes.h", "poll.h", "pty.h", "signal.h", "stdio.h", "stdlib.h", "termios.h", "time.h", "unistd.h"}, plain...), heap: true, why: "the board emulates a chip, and is none"},
	}
}

func findC(path string) (room cRoom, ok bool) {
	for _, r := range cRooms() {
		if matches(r.path, path) && (!ok || len(r.path) > len(room.path)) {
			room, ok = r, true
		}
	}
	return room, ok
}

// badNames say nothing about what is inside (rule 7).
func badNames() []string {
	return []string{"util", "utils", "common", "helpers", "models", "types", "base", "misc"}
}

func find(path string) (room, bool) {
	var found room
	ok := false
	for _, r := range rules() {
		if matches(r.path, path) && (!ok || len(r.path) > len(found.path)) {
			found, ok = r, true
		}
	}
	return found, ok
}

func matches(pattern, path string) bool {
	if pattern == "…" {
		return true
	}
	if stem, below := strings.CutSuffix(pattern, "/…"); below {
		return path == stem || strings.HasPrefix(path, stem+"/")
	}
	return path == pattern
}

// libMatches takes packages below a library's module too, with or without a version.
func libMatches(lib, path string) bool {
	return lib == "…" || path == lib || strings.HasPrefix(path, lib+"/")
}
