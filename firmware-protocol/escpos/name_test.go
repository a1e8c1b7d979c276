package escpos

import "testing"

func TestReadName(t *testing.T) {
	for _, c := range []struct {
		said, name string
		ok         bool
	}{
		{"", "", false},
		{"_TM-T88V\x00", "TM-T88V", true},
		{"_TM-T8", "TM-T8", false},
		{"\x12\x14_XP-58\x00\x12", "XP-58", true},
		{"_\x1b[2J\xff\x00", "[2J", true},
		{"TM-T88V\x00", "", false},
		{"_\x00", "", true},
	} {
		if name, ok := ReadName([]byte(c.said)); name != c.name || ok != c.ok {
			t.Errorf("%q: %q, %v", c.said, name, ok)
		}
	}
	if name, ok := ReadName(Name("ours")); name != "ours" || !ok {
		t.Errorf("%q, %v", name, ok)
	}
}

func FuzzReadName(f *testing.F) {
	f.Add([]byte("_TM-T88V\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if name, _ := ReadName(b); len(name) > 80 {
			t.Fatalf("%d characters", len(name))
		}
	})
}
