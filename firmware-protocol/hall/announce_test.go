package hall

import (
	"reflect"
	"strings"
	"testing"
)

func TestCallsAreCalledOutAsTheHallSays(t *testing.T) {
	usual := DefaultAnnouncement()
	for _, c := range []struct {
		name string
		says *Announcement
		want Announcement
	}{
		{"nothing", nil, usual},
		{"how often", &Announcement{Times: 3}, Announcement{3, usual.Volume}},
		{"how loud", &Announcement{Volume: []Loudness{{510, 80}}}, Announcement{2, []Loudness{{510, 80}}}},
	} {
		hall := shared()
		hall.Announce = c.says
		if got := hall.Announcing(); !reflect.DeepEqual(got, c.want) || hall.Validate() != nil {
			t.Errorf("%s: %+v, %v", c.name, got, hall.Validate())
		}
	}
	hall := shared()
	hall.Announce = &Announcement{Times: 4, Volume: []Loudness{{510, 101}, {510, -1}, {480, 0}}}
	err := hall.Validate()
	for _, part := range []string{"announce.times 4", "volume[0].level 101", "volume[1].level -1", "volume[1].from 08:30", "volume[2].from 08:00"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
}
