// A segment of the archive: batches that follow one another, compressed, in one file. What it holds are the
// records as the journal has them, so the chain of hashes goes through segments and database alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "journal/record.hpp"

namespace trade::journal {

// A file archive/segment-FIRST-LAST.zst (the batches, 20 digits each) within the journal: one zstd frame with
// its size and a checksum, of, integers little-endian:
//
//    0  u32 magic "TSEG"      40  what the first record follows: u64 batch, u64 next_command,
//    4  u32 version               u64 last_sequence, 32 bytes hash
//    8  the journal's identity   96  the records, each behind its size as u32

/// Records of one segment, before they are compressed, unless the first alone is larger.
constexpr std::size_t segment_bytes_max = std::size_t{64} << 20;

/// A segment as its file's name tells it.
struct SegmentFile {
  std::filesystem::path path;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// What a segment says before its records.
struct SegmentHeader {
  Hash identity{};
  ChainLink previous;  ///< what the first record follows
};

struct Segment : SegmentHeader {
  std::vector<std::byte> bytes;
  std::vector<wire::Bytes> records;  ///< within `bytes`

  [[nodiscard]] std::uint64_t first() const { return previous.head.batch + 1; }
  [[nodiscard]] std::uint64_t last() const { return previous.head.batch + records.size(); }
};

std::filesystem::path archive_directory(const std::filesystem::path& journal);

/// Nothing where a file of this name is no segment.
std::optional<SegmentFile> parse_segment_name(const std::filesystem::path& path);

/// The segments of a journal, ascending; none where there is no archive.
Result<std::vector<SegmentFile>> list_segments(const std::filesystem::path& journal);

/// Writes a segment durably; returns its size in bytes.
Result<std::uint64_t> write_segment(const std::filesystem::path& journal, const Hash& identity,
                                    const ChainLink& previous,
                                    std::span<const std::vector<std::byte>> records);

/// Reads one whole. Checked: its form, the checksum, and that it has the batches that its name tells; hashes
/// are for whoever needs them. `corrupt` says what is wrong.
Result<Segment> read_segment(const SegmentFile& file);

/// Reads no more than a segment's beginning. The checksum, at the end, is not checked.
Result<SegmentHeader> read_segment_header(const SegmentFile& file);

/// Checks the hashes of a segment's records and that they follow one another, and gives what the next one
/// must follow.
Result<ChainLink> check_segment(const SegmentFile& file, const Segment& segment);

/// Gives the archived records of a journal by their number. Keeps the segment that was read last, because
/// readers go from one batch to the next.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::filesystem::path journal) : journal_(std::move(journal)) {}
  /// The record, good until the next call; nothing where the archive does not have it.
  Result<std::optional<wire::Bytes>> record(std::uint64_t number);

 private:
  std::filesystem::path journal_;
  std::optional<Segment> segment_;
};

}  // namespace trade::journal
