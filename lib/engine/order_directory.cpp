#include "engine/order_directory.hpp"

namespace trade::engine {

OrderDirectory::PageIndex OrderDirectory::obtain_page(OrderId id) {
  ChunkIndex chunk = find_chunk(chunk_number(id));
  if (chunk == 0) chunk = make_chunk(chunk_number(id));
  PageIndex& page = chunks_[chunk].pages[place_in_chunk(id)];
  if (page == 0) {
    page = pages_.allocate();
    if (page >= used_.size()) used_.resize(std::size_t{page} * 2);
    ++chunk_details_[chunk].used;
  }
  return page;
}

OrderDirectory::ChunkIndex OrderDirectory::make_chunk(std::uint64_t number) {
  const ChunkIndex chunk = chunks_.allocate();
  if (chunk >= chunk_details_.size()) chunk_details_.resize(std::size_t{chunk} * 2);
  chunk_details_[chunk] = {.number = number};
  chunk_index_.insert(chunk_hash(number), chunk);
  return chunk;
}

void OrderDirectory::forget(OrderId id) {
  const ChunkIndex chunk = find_chunk(chunk_number(id));
  PageIndex& page = chunks_[chunk].pages[place_in_chunk(id)];
  if (--used_[page] != 0) return;
  pages_.free(page);
  if (page == newest_page_) newest_page_ = 0;
  page = 0;
  if (--chunk_details_[chunk].used != 0) return;
  chunk_index_.erase(chunk_hash(chunk_number(id)), chunk);
  chunks_.free(chunk);
}

}  // namespace trade::engine
