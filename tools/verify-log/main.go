// Verify-log checks a folder of a log's files with golang.org/x/mod/sumdb: an implementation of
// Merkle trees, tiles and notes that shares no line with Stemma's.
//
// It does not believe its own shortcuts either. All hashes are computed from the entries; each tile
// must hold just those hashes, the checkpoint their root. Then proofs are made from the tiles alone,
// as a client would, and checked.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: verify-log FOLDER")
		os.Exit(2)
	}
	report, err := verify(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify-log:", err)
		os.Exit(1)
	}
	fmt.Println("verify-log:", report)
}

func verify(folder string) (string, error) {
	key, err := readKey(filepath.Join(folder, "vkey"))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return "", err
	}
	head, err := openCheckpoint(text, key)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	entries, err := readEntries(folder, head.N)
	if err != nil {
		return "", err
	}
	hashes, err := hashEntries(entries)
	if err != nil {
		return "", err
	}
	if root, err := rootOf(head.N, hashes); err != nil || root != head.Hash {
		return "", fmt.Errorf("the entries' root is %v, the checkpoint's %v (%v)", root, head.Hash, err)
	}
	tiles, err := checkTiles(folder, entries, hashes)
	if err != nil {
		return "", err
	}
	proofs, err := checkProofs(folder, head, entries, hashes)
	if err != nil {
		return "", err
	}
	receipts, err := checkReceipts(folder, key, head, entries, hashes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s of %d entries verifies: %d tiles and bundles, %d proofs, %d receipts",
		key.Name(), head.N, tiles, proofs, receipts), nil
}
