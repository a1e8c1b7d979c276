package main

import (
	"math"
	"math/rand/v2"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// matter is what somebody comes for: the stops in their order, and how many of a thousand come for it. How many come, and
// how long they take, are our assumptions for a hall of this size; no document gives them.
type matter struct {
	name  string
	of    int
	stops []stop
}

// stop is one stop: an item, and the minutes that it takes a clerk on average.
type stop struct {
	item    string
	minutes float64
}

func matters() []matter {
	return []matter{
		{"企业开办", 42, []stop{{"A01", 7.5}, {"C01", 5}, {"E01", 4}, {"F01", 4}}},
		{"个体工商户开业", 38, []stop{{"A02", 6.5}}},
		{"开餐馆", 22, []stop{{"B01", 7.5}, {"G01", 6}}},
		{"许可证变更", 20, []stop{{"B02", 6}}},
		{"发票领用", 30, []stop{{"C02", 4}}},
		{"二手房过户", 42, []stop{{"H01", 8}, {"J01", 6}, {"K01", 4}, {"L01", 4}}},
		{"新房登记", 18, []stop{{"H01", 8}, {"J01", 5}, {"K01", 4}}},
		{"抵押登记", 22, []stop{{"H02", 7}, {"K01", 3.5}}},
		{"不动产查询", 28, []stop{{"H03", 3}}},
		{"公积金还贷", 26, []stop{{"M01", 6}}},
		{"身份证换领补领", 88, []stop{{"N01", 4.5}}},
		{"户口迁移", 10, []stop{{"N02", 8}}},
		{"新生儿一件事", 14, []stop{{"N03", 8}, {"P02", 5}, {"Q01", 4}}},
		{"异地就医备案", 78, []stop{{"P01", 4}}},
		{"居民医保参保", 20, []stop{{"P02", 5.5}}},
		{"社保卡补换", 86, []stop{{"Q01", 4}}},
		{"退休一件事", 14, []stop{{"Q02", 10}, {"P03", 5}, {"S02", 5}}},
		{"结婚登记", 22, []stop{{"R01", 9}}},
		{"购房提取公积金", 90, []stop{{"S01", 5.5}}},
		{"驾驶证换证", 96, []stop{{"T01", 4.5}}},
		{"二手车转移", 12, []stop{{"T02", 9}}},
		{"护照", 48, []stop{{"U01", 6.5}}},
		{"港澳签注", 18, []stop{{"U02", 3.5}}},
		{"其他事项", 62, []stop{{"V01", 5}}},
	}
}

// arrivals is how many of a hundred come in each hour of the day, from 8 on: a peak in the morning, one after lunch.
func arrivals() []int { return []int{4, 20, 20, 10, 5, 9, 16, 11, 4, 1} }

const firstHour = 8

// The day, by the clock on the wall.
const (
	doorsOpen  = 8*time.Hour + 40*time.Minute
	windowsOn  = 8*time.Hour + 50*time.Minute
	lastTicket = 17*time.Hour + 45*time.Minute
	closing    = 17 * time.Hour
	lightsOut  = 17*time.Hour + 30*time.Minute // who still waits, or takes a number after it, is withdrawn when the day ends
)

// dice are the chances of one person or window: its own, so that what others do changes nothing for it.
type dice struct{ *rand.Rand }

func diceOf(seed uint64, n int) dice { return dice{rand.New(rand.NewPCG(seed, uint64(n)))} }

// of reports whether something happens that does in a share of cases.
func (d dice) of(share float64) bool { return d.Float64() < share }

// between draws evenly.
func (d dice) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.Float64()*float64(most-least))
}

// about draws around a mean, skewed to the right as times of work are: log-normal, with this spread of the logarithm.
func (d dice) about(mean time.Duration, spread float64) time.Duration {
	return time.Duration(float64(mean) * math.Exp(spread*d.NormFloat64()-spread*spread/2))
}

// when draws the moment of an arrival.
func (d dice) when(day time.Time) time.Time {
	for {
		n, hour := d.IntN(100), firstHour
		for _, share := range arrivals() {
			if n < share {
				break
			}
			n -= share
			hour++
		}
		at := time.Duration(hour)*time.Hour + d.between(0, time.Hour)
		if at >= doorsOpen && at <= lastTicket {
			return day.Add(at)
		}
	}
}

// matter draws what somebody comes for.
func (d dice) matter(all []matter) matter {
	sum := 0
	for _, m := range all {
		sum += m.of
	}
	n := d.IntN(sum)
	for _, m := range all {
		if n -= m.of; n < 0 {
			return m
		}
	}
	return all[0]
}

// class draws whom the rule of the queue lets go before others.
func (d dice) class() hall.Class {
	switch n := d.IntN(1000); {
	case n < 120:
		return hall.ClassElderly
	case n < 132:
		return hall.ClassDisabled
	case n < 144:
		return hall.ClassMilitary
	}
	return ""
}

// level draws a rating.
func (d dice) level() hall.Level {
	switch n := d.IntN(1000); {
	case n < 780:
		return hall.VeryGood
	case n < 930:
		return hall.Good
	case n < 975:
		return hall.Fair
	case n < 992:
		return hall.Bad
	}
	return hall.VeryBad
}
