#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "data/dataset.h"
#include "models/options.h"
#include "training/options.h"

namespace cellwise::training {

/// Everything that decides a run's result, resolved: defaults, then preset, then configuration file,
/// then flags. It is written into every run folder as config.toml and can be fed back.
struct Configuration {
    std::string preset = "tutorial";
    std::vector<Cell> cells{all_cells.begin(), all_cells.end()};
    models::ClassifierOptions model;  ///< its cell is set for each run from `cells`
    TrainingOptions training;
    data::DataOptions data;
    double validation_split = 0;  ///< share of the training reviews that each epoch is judged on; 0: the test split
    std::int64_t length = 200;    ///< words a review is padded or cut to
    std::uint64_t seed = 0;       ///< the first seed
    std::string seeds = "1";      ///< "N": seed … seed+N−1; or a list "3,7,11"
    std::int64_t threads = 0;     ///< processor threads over all runs; 0: all processors
    std::int64_t jobs = 0;        ///< runs side by side, which share the threads; 0: as many as is quickest
    bool baseline = false;        ///< also models that know no word order
    std::string device = "auto";
    bool deterministic = false;         ///< GPU: the same bits every time
    bool tf32 = false;                  ///< GPU: matrix products in TF32
    std::int64_t checkpoint_every = 0;  ///< steps between checkpoints; 0: one after every epoch

    /// Sets all that presets are about (clip_norm, batch_norm, weight_decay) as this one has it, whatever it was.
    /// "custom" sets nothing. Throws UsageError for an unknown one.
    void apply_preset(const std::string& name);

    /// The preset whose values these are, "custom" if they are no preset's: what is written and shown.
    [[nodiscard]] std::string preset_in_force() const;

    /// Throws UsageError naming the flag whose value is out of range.
    void validate() const;

    /// The seeds of the runs, from `seed` and `seeds`. Throws UsageError.
    [[nodiscard]] std::vector<std::uint64_t> seed_list() const;

    /// The model's options with one cell chosen.
    [[nodiscard]] models::ClassifierOptions model_for(Cell cell) const;
};

/// Calls visit(key, value, help) for every setting, in the order in which they are shown. The key is
/// the word in config.toml and JSON; with dashes for underscores it is the flag.
template <class Settings, class Visit>
void visit_settings(Settings& c, Visit&& visit) {
    visit("preset", c.preset, "tutorial, clipped (clip-norm 1) or regularised (clipped, batch norm, weight decay)");
    visit("cells", c.cells, "cells to run: simple_rnn, lstm, gru");
    visit("vocabulary_size", c.model.vocabulary_size, "most frequent words kept, special ids included");
    visit("length", c.length, "words a review is padded or cut to, at the front");
    visit("embedding_size", c.model.embedding_size, "numbers in a word's vector");
    visit("hidden_size", c.model.hidden_size, "units of each recurrent layer");
    visit("layers", c.model.layers, "recurrent layers");
    visit("bidirectional", c.model.bidirectional, "read in both directions");
    visit("stack", c.model.stack,
          "layers that differ, first to last: CELL:SIZE, with :bidirectional, :before, :dropout=SHARE behind it");
    visit("dropout", c.model.dropout, "share of values dropped between layers and before the dense layer");
    visit("batch_norm", c.model.batch_norm, "batch norm between the last hidden state and the dense layer");
    visit("gru_reset", c.model.gru_reset, "apply the GRU's reset gate after or before the recurrent product");
    visit("optimizer", c.training.optimizer, "adam or sgd");
    visit("learning_rate", c.training.learning_rate, "0 stands for the optimizer's default: adam 0.001, sgd 0.01");
    visit("momentum", c.training.momentum, "momentum of sgd");
    visit("clip_norm", c.training.clip_norm, "largest L2 norm of each variable's gradient, 0 = off");
    visit("global_clip_norm", c.training.global_clip_norm, "largest L2 norm of all gradients together, 0 = off");
    visit("weight_decay", c.training.weight_decay, "weight decay, 0 = off");
    visit("weight_decay_mode", c.training.weight_decay_mode,
          "coupled (joins the gradient, as torch.optim) or decoupled (as Keras, AdamW)");
    visit("l2", c.training.l2, "penalty l2*|W|^2 on the kernels, part of the loss, 0 = off");
    visit("epochs", c.training.epochs, "passes over the training reviews");
    visit("batch_size", c.training.batch_size, "reviews in a training step");
    visit("schedule", c.training.schedule, "how the learning rate changes: constant, step, cosine or plateau");
    visit("schedule_epochs", c.training.schedule_epochs, "step: epochs between two changes of the rate");
    visit("schedule_factor", c.training.schedule_factor, "step, plateau: what the rate is multiplied by");
    visit("schedule_patience", c.training.schedule_patience, "plateau: epochs without improvement before a change");
    visit("schedule_minimum", c.training.schedule_minimum, "cosine, plateau: the least learning rate");
    visit("early_stopping", c.training.early_stopping,
          "end after this many epochs without improvement, with the best epoch's weights; 0 = off");
    visit("monitor", c.training.monitor,
          "what early stopping and plateau watch: validation_loss, validation_accuracy, train_loss, train_accuracy");
    visit("validation_split", c.validation_split,
          "share of the training reviews, the last ones, held out for validation; 0: the test reviews validate");
    visit("seed", c.seed, "the first seed: weights, data order, dropout");
    visit("seeds", c.seeds, "how many seeds (N: seed ... seed+N-1), or a list as 3,7,11");
    visit("threads", c.threads, "processor threads, 0 = all");
    visit("jobs", c.jobs, "runs side by side, sharing the threads, 0 = what is quickest; results do not depend on it");
    visit("baseline", c.baseline, "also test TF-IDF with logistic regression, and a mean of embeddings");
    visit("device", c.device, "auto, cpu, cuda or cuda:N");
    visit("deterministic", c.deterministic, "on a GPU: the same bits every time, at some cost (a CPU's are always)");
    visit("tf32", c.tf32, "on a GPU: faster matrix products whose factors are rounded to 10 bits");
    visit("engine", c.model.engine, "auto, fused or torch");
    visit("precision", c.training.precision, "float32 or float64 (the torch engine)");
    visit("checkpoint_every", c.checkpoint_every, "steps between two checkpoints, 0 = one after every epoch");
    visit("data", c.data.path,
          "archive, folder, imdb.npz, CSV or JSONL, or a folder for each of two labels; default: see docs/data.md");
    visit("test_data", c.data.test_path,
          "a second CSV, JSONL or folder to test with, beside one's own in data; default: a fifth of that");
    visit("offline", c.data.offline, "never download");
    visit("limit", c.data.limit, "use only the first N reviews of each split, 0 = all");
    visit("text_column", c.data.text_column, "column of the text in a CSV or JSONL file");
    visit("label_column", c.data.label_column, "column of the label in a CSV or JSONL file");
    visit("no_header", c.data.texts.no_header, "a table's first line is a row; its columns are numbers, from 1");
    visit("delimiter", c.data.texts.delimiter, "between a table's cells: , ; | or tab; default: told");
    visit("quoting", c.data.texts.quoting, "what double quotes in a table are: auto, standard or none (letters)");
    visit("encoding", c.data.texts.encoding, "of one's own texts: utf-8, cp949, latin-1 or utf-16");
    visit("positive_label", c.data.texts.positive_label, "the label that is positive, where no known word says it");
    visit("negative_label", c.data.texts.negative_label, "the label that is negative");
    visit("positive_from", c.data.texts.positive_from, "labels are numbers (stars), positive from this one on");
    visit("drop_duplicates", c.data.texts.drop_duplicates, "leave repeated texts out");
    visit("empty_texts", c.data.texts.empty_texts, "texts without words: refuse or drop");
}

/// Sets the setting `key` from its text. Throws UsageError (`where` says which flag or file).
void set_from_text(Configuration& configuration, std::string_view key, std::string_view text, std::string_view where);

/// The setting's text, as set_from_text reads it.
[[nodiscard]] std::string text_of(const Configuration& configuration, std::string_view key);

/// config.toml's text.
[[nodiscard]] std::string to_toml(const Configuration& configuration);

/// Sets what the TOML file names. Throws DataError (missing, broken TOML: line and column) or
/// UsageError (unknown key, value out of range) naming the file.
void apply_toml_file(Configuration& configuration, const std::string& path);

}  // namespace cellwise::training
