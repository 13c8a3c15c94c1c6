#include "journal/redo_reader.hpp"

#include <utility>

namespace trade::journal {

bool RedoReader::find_index() {
  if (!index_) index_ = RedoIndex::open_for_reading(journal_, identity_);
  return index_.has_value();
}

std::uint64_t RedoReader::last() {
  return find_index() ? index_->last() : 0;
}

std::optional<RedoReader::Record> RedoReader::record(std::uint64_t batch) {
  const auto header = read(batch, record_);
  if (!header) return std::nullopt;
  return Record{*header, record_.bytes()};
}

std::optional<RecordHeader> RedoReader::read(std::uint64_t batch, wire::AlignedBuffer& record) {
  if (!find_index()) return std::nullopt;
  const auto place = index_->find(batch);
  if (!place) return std::nullopt;
  std::optional<RedoFile>& file = files_[place->file];
  if (!file) {
    auto opened = RedoFile::open_for_reading(redo_file_path(journal_, place->file));
    if (!opened) return std::nullopt;
    file = std::move(*opened);
  }
  if (!file->read(place->page, record.make_room(place->bytes))) return std::nullopt;
  // Its place may have been written over, even while it was being read: then this is no record, or another.
  const auto header = read_record_header(record.bytes());
  if (!header || header->batch != batch || !check_record_checksum(*header, record_payload(record.bytes())))
    return std::nullopt;
  return *header;
}

}  // namespace trade::journal
