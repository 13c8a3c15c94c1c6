#include <cstring>
#include <string>

#include "base/assert.hpp"
#include "wire/encoder.hpp"

namespace trade::wire {

namespace {

/// Tables within tables: Frame, Request, SubmitRequest, SubmittedCommand, SetFirmRules, FirmRules.
constexpr flatbuffers::uoffset_t table_depth_max = 6;

/// A table takes four bytes, and what points at it as many.
constexpr std::size_t table_bytes_min = 8;

/// Memory above this is given back before the next frame.
constexpr std::size_t builder_bytes_kept_max = 64u << 20;

std::unexpected<Error> refused(const std::string& what) {
  return fail(ErrorCode::corrupt, "frame refused: " + what);
}

const char* name_of_content(schema::Content content) {
  const char* name = schema::EnumNameContent(content);
  return *name == '\0' ? "unknown" : name;
}

}  // namespace

Encoder::Encoder() : state_(std::make_unique<State>()) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void AlignedBuffer::assign(Bytes bytes) {
  const std::span<std::byte> room = make_room(bytes.size());
  if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
}

std::span<std::byte> AlignedBuffer::make_room(std::size_t size) {
  const std::size_t words = (size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
  if (words > words_.size()) words_.resize(words);
  begin_ = 0;
  size_ = size;
  return {reinterpret_cast<std::byte*>(words_.data()), size};
}

void AlignedBuffer::remove_prefix(std::size_t size) {
  TRADE_ASSERT(size <= size_ && size % sizeof(std::uint64_t) == 0, "what remains is aligned");
  begin_ += size;
  size_ -= size;
}

void Writer::start() {
  if (builder.GetSize() > builder_bytes_kept_max) {
    builder.Reset();
  } else {
    builder.Clear();
  }
  packed_commands.start();
  echo = {};
  account = {};
  symbol = {};
}

Bytes Writer::finish_frame(Offset<schema::Frame> frame) {
  schema::FinishFrameBuffer(builder, frame);
  return {reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()};
}

Result<const schema::Frame*> verify_frame(Bytes bytes, std::size_t bytes_max, schema::Content content) {
  TRADE_ASSERT(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint64_t) == 0,
               "a frame is copied into an AlignedBuffer before it is decoded");
  if (bytes.size() > bytes_max) {
    return refused(std::to_string(bytes.size()) + " bytes, but at most " + std::to_string(bytes_max) +
                   " are taken");
  }
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier::Options options;
  options.max_depth = table_depth_max;
  options.max_tables = static_cast<flatbuffers::uoffset_t>(bytes.size() / table_bytes_min);
  flatbuffers::Verifier verifier(data, bytes.size(), options);
  if (bytes.size() < 2 * sizeof(flatbuffers::uoffset_t) || !schema::FrameBufferHasIdentifier(data)) {
    return refused("its file identifier is not " + std::string(schema::FrameIdentifier()) + " (" +
                   std::to_string(bytes.size()) + " bytes)");
  }
  if (!schema::VerifyFrameBuffer(verifier)) {
    return refused("its structure does not follow the schema (" + std::to_string(bytes.size()) + " bytes)");
  }
  const schema::Frame* frame = schema::GetFrame(data);
  if (frame->protocol_version() != protocol_version) {
    return fail(ErrorCode::corrupt,
                "frame refused: protocol version " + std::to_string(frame->protocol_version()) +
                    ", but this program speaks version " + std::to_string(protocol_version),
                "run the same release of every program");
  }
  if (frame->content_type() != content || frame->content() == nullptr) {
    return refused("it holds " + std::string(name_of_content(frame->content_type())) + " where a " +
                   name_of_content(content) + " is expected");
  }
  return frame;
}

}  // namespace trade::wire
