package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A tileFolder gives the tiles of a folder to the library, which verifies them against the root.
type tileFolder string

func (folder tileFolder) Height() int { return height }

func (folder tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		hashes, err := os.ReadFile(filepath.Join(string(folder), path(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, hashes)
	}
	return data, nil
}

func (folder tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}

// samples are places worth trying: both ends, both sides of each power of two, and some between.
func samples(size int64) []int64 {
	seen := map[int64]bool{}
	var places []int64
	add := func(place int64) {
		if place >= 0 && place < size && !seen[place] {
			seen[place] = true
			places = append(places, place)
		}
	}
	for power := int64(1); power <= size; power *= 2 {
		for around := int64(-1); around <= 1; around++ {
			add(power + around)
			add(size - power + around)
		}
	}
	for step := int64(0); step < 50; step++ {
		add(size * step / 50)
	}
	return places
}

// checkProofs makes inclusion and consistency proofs out of the tiles alone and checks them. It
// returns how many.
func checkProofs(folder string, head tlog.Tree, entries [][]byte, hashes tlog.HashReader) (int, error) {
	tiles := tlog.TileHashReader(head, tileFolder(folder))
	proofs := 0
	for _, index := range samples(head.N) {
		included, err := tlog.ProveRecord(head.N, index, tiles)
		if err != nil {
			return 0, fmt.Errorf("inclusion of %d: %w", index, err)
		}
		if err := tlog.CheckRecord(included, head.N, head.Hash, index, tlog.RecordHash(entries[index])); err != nil {
			return 0, fmt.Errorf("inclusion of %d: %w", index, err)
		}
		old := index + 1
		root, err := tlog.TreeHash(old, hashes)
		if err != nil {
			return 0, err
		}
		grown, err := tlog.ProveTree(head.N, old, tiles)
		if err != nil {
			return 0, fmt.Errorf("consistency with %d: %w", old, err)
		}
		if err := tlog.CheckTree(grown, head.N, head.Hash, old, root); err != nil {
			return 0, fmt.Errorf("consistency with %d: %w", old, err)
		}
		proofs += 2
	}
	return proofs, nil
}

// checkReceipts checks the receipts in a folder, if there is one: each one's checkpoint, that this
// tree grew from it, and that the entry at its index is in it. It returns how many.
func checkReceipts(
	folder string, key note.Verifier, head tlog.Tree, entries [][]byte, hashes tlog.HashReader,
) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "receipts", "*"))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		if err := checkReceipt(text, key, head, entries, hashes); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
	}
	return len(files), nil
}

func checkReceipt(
	text []byte, key note.Verifier, head tlog.Tree, entries [][]byte, hashes tlog.HashReader,
) error {
	receipt, err := parseReceipt(text)
	if err != nil {
		return err
	}
	signed, err := openCheckpoint(receipt.checkpoint, key)
	if err != nil {
		return err
	}
	if signed.N > head.N || receipt.index >= signed.N {
		return fmt.Errorf("index %d under size %d, the log has %d", receipt.index, signed.N, head.N)
	}
	if root, err := tlog.TreeHash(signed.N, hashes); err != nil || root != signed.Hash {
		return fmt.Errorf("its tree of %d is not the beginning of this one (%v)", signed.N, err)
	}
	leaf := tlog.RecordHash(entries[receipt.index])
	return tlog.CheckRecord(receipt.proof, signed.N, signed.Hash, receipt.index, leaf)
}
