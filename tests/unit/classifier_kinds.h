#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/cell.h"
#include "models/options.h"

namespace cellwise::test {

/// A classifier of 20 words, 5 numbers a word and 6 units.
inline models::ClassifierOptions small_classifier(Cell cell) {
    models::ClassifierOptions options;
    options.cell = cell;
    options.vocabulary_size = 20;
    options.embedding_size = 5;
    options.hidden_size = 6;
    return options;
}

/// One of every kind, by name: the cells, the GRU that resets before its product, a stack of unlike layers, two
/// bidirectional layers with dropout.
inline std::vector<std::pair<std::string, models::ClassifierOptions>> every_classifier_kind() {
    std::vector<std::pair<std::string, models::ClassifierOptions>> kinds;
    for (const Cell cell : all_cells) kinds.emplace_back(cell_name(cell), small_classifier(cell));
    auto before = small_classifier(Cell::gru);
    before.gru_reset = models::GruReset::before;
    kinds.emplace_back("gru, reset before", before);
    auto stack = small_classifier(Cell::lstm);
    stack.batch_norm = true;
    stack.stack = {{Cell::gru, 3, true}, {Cell::lstm, 4, true}, {Cell::simple_rnn, 2}};
    kinds.emplace_back("stack", stack);
    auto two = small_classifier(Cell::lstm);
    two.layers = 2;
    two.bidirectional = true;
    two.batch_norm = true;
    two.dropout = 0.5;
    kinds.emplace_back("two layers, bidirectional, dropout", two);
    return kinds;
}

}  // namespace cellwise::test
