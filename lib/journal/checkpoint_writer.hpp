// A checkpoint that is written piece by piece, so that the state need not be in memory as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "store/files.hpp"

namespace trade::journal {

class CheckpointWriter {
 public:
  static Result<CheckpointWriter> create(const std::filesystem::path& directory, std::uint64_t batch);

  /// The state's next bytes.
  Status write(std::span<const std::byte> bytes);
  /// Whole on the disk when it returns. Removes those that it supersedes, as `save_checkpoint` does.
  Status finish();

 private:
  CheckpointWriter(store::DurableFile file, std::filesystem::path directory, std::uint64_t batch)
      : file_(std::move(file)), directory_(std::move(directory)), batch_(batch) {}

  store::DurableFile file_;
  std::filesystem::path directory_;
  std::uint64_t batch_;
  std::uint64_t state_bytes_ = 0;
  std::size_t block_bytes_ = 0;  ///< of the block that is being written, of which `checksum_` is
  std::uint32_t checksum_ = 0;
  ByteWriter checksums_;  ///< of the blocks before
};

}  // namespace trade::journal
