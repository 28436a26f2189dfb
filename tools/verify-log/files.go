package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Tiles of C2SP tlog-tiles are 2^8 wide.
const height = 8

// path is the tile's place by C2SP tlog-tiles; the library writes the height too, and "data" for
// "entries".
func path(tile tlog.Tile) string {
	text := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	return strings.Replace(text, "tile/data/", "tile/entries/", 1)
}

func parsePath(text string) (tlog.Tile, error) {
	text = strings.Replace(text, "tile/entries/", "tile/data/", 1)
	return tlog.ParseTilePath(strings.Replace(text, "tile/", fmt.Sprintf("tile/%d/", height), 1))
}

// tilesOf lists what a level of a tree of size hashes is stored in.
func tilesOf(level int, hashes int64) []tlog.Tile {
	var tiles []tlog.Tile
	for n := int64(0); n<<height < hashes; n++ {
		width := hashes - n<<height
		if width > 1<<height {
			width = 1 << height
		}
		tiles = append(tiles, tlog.Tile{H: height, L: level, N: n, W: int(width)})
	}
	return tiles
}

func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for _, tile := range tilesOf(-1, size) {
		data, err := os.ReadFile(filepath.Join(folder, path(tile)))
		if err != nil {
			return nil, err
		}
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s is cut off", path(tile))
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s is too long", path(tile))
		}
	}
	return entries, nil
}

// hashEntries computes all hashes of the tree.
func hashEntries(entries [][]byte) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(stored)) {
				return nil, fmt.Errorf("no hash %d", index)
			}
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	return reader, nil
}

// checkTiles checks every file below tile/ against the entries, older partial ones too, and that none
// of those that this tree consists of is missing. It returns how many files there are.
func checkTiles(folder string, entries [][]byte, hashes tlog.HashReader) (int, error) {
	missing := map[string]bool{}
	size := int64(len(entries))
	for _, tile := range tilesOf(-1, size) {
		missing[path(tile)] = true
	}
	for level := 0; size>>(height*level) > 0; level++ {
		for _, tile := range tilesOf(level, size>>(height*level)) {
			missing[path(tile)] = true
		}
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(folder, "tile"), func(file string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		tile, err := parsePath(name)
		if err != nil {
			return err
		}
		want, err := expected(tile, entries, hashes)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, want) {
			return fmt.Errorf("%s is not what the entries give (%v)", name, err)
		}
		delete(missing, name)
		files++
		return nil
	})
	if err != nil && !(os.IsNotExist(err) && size == 0) {
		return 0, err
	}
	for name := range missing {
		return 0, fmt.Errorf("%s is missing", name)
	}
	return files, nil
}

// expected is what a tile or a bundle must hold.
func expected(tile tlog.Tile, entries [][]byte, hashes tlog.HashReader) ([]byte, error) {
	if tile.L >= 0 {
		return tlog.ReadTileData(tile, hashes)
	}
	first := tile.N << height
	if first+int64(tile.W) > int64(len(entries)) {
		return nil, fmt.Errorf("beyond the tree")
	}
	var bundle []byte
	for _, entry := range entries[first : first+int64(tile.W)] {
		bundle = append(bundle, byte(len(entry)>>8), byte(len(entry)))
		bundle = append(bundle, entry...)
	}
	return bundle, nil
}
