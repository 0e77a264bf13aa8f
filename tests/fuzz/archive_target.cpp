// A file in the place of aclImdb_v1.tar.gz. What is not gzipped is read as a plain tar, so most of the corpus is plain.
#include "data/reviews/raw_reviews.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(archive) {
    using namespace cellwise;
    const auto path = fuzz::scratch_file("reviews.tar.gz", bytes);
    fuzz::may_refuse([&] {
        data::read_archive(path, [](const data::RawReview& review) {
            fuzz::require(review.name.find('/') == std::string::npos, "a review's name has a folder in it");
        });
    });
}
