#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/terminal/check_table.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/utf8.h"
#include "lab/sentence_trainer.h"
#include "report/text/table.h"
#include "settings/setting_text.h"

namespace cellwise::cli {
namespace {

using Align = report::Table::Align;
using Words = std::vector<std::string>;

constexpr std::size_t most_sentences = 32, most_words = 64, most_bytes = 4096;

struct SentenceFlags {
    Words texts;
    std::string hidden_size = "4", steps = "200", learning_rate = "0.05", seed = "0", json;
};

/// The words of one --text. Throws UsageError saying what is wrong with it.
Words read_words(const std::string& text) {
    if (text.size() > most_bytes) throw UsageError(fmt::format("--text: more than {} bytes", most_bytes));
    if (const auto byte = first_invalid_utf8(text)) {
        throw UsageError(fmt::format("--text: byte {} is not UTF-8; give the text in UTF-8", *byte + 1));
    }
    auto words = words_between_blanks(text);
    if (words.empty()) throw UsageError("--text: the text has no words");
    if (words.size() == 1) {
        throw UsageError(
            fmt::format("--text: \"{}\" is a single word; two at least are needed, the last of which is "
                        "to be predicted",
                        words[0]));
    }
    if (words.size() > most_words) throw UsageError(fmt::format("--text: more than {} words", most_words));
    for (const auto& word : words) {
        const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; };
        if (std::ranges::any_of(word, is_control)) throw UsageError("--text: the text has control characters in it");
    }
    return words;
}

/// The next word that the model holds likeliest.
std::size_t likeliest(const lab::WordReading& word) {
    const auto& shares = word.next_word_probability;
    return static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin());
}

double probability_of(const lab::WordReading& reading, const Words& vocabulary, const std::string& word) {
    return reading
        .next_word_probability[static_cast<std::size_t>(std::ranges::find(vocabulary, word) - vocabulary.begin())];
}

/// The gates as "0.12 0.99", or of a larger model their mean and range.
std::string gate_text(const std::vector<double>& values) {
    if (values.size() <= 6) return fmt::format("{:.2f}", fmt::join(values, " "));
    double sum = 0;
    for (const double value : values) sum += value;
    const auto [least, most] = std::ranges::minmax(values);
    return fmt::format("{:.2f} ({:.2f} … {:.2f})", sum / static_cast<double>(values.size()), least, most);
}

std::string reading_text(const lab::SentenceReading& reading, const Words& words, const Words& vocabulary) {
    const bool means = reading.words[0].step.forget_gate.size() > 6;
    const auto title = [&](const char* name) { return fmt::format("{}{}", name, means ? ", mean (range)" : ""); };
    report::Table table({{"word", Align::left},
                         {title("forget"), Align::left},
                         {title("input"), Align::left},
                         {title("output"), Align::left},
                         {title("cell state"), Align::left},
                         {"next word", Align::left},
                         {"its probability"},
                         {"likeliest", Align::left}});
    for (std::size_t t = 0; t < reading.words.size(); ++t) {
        const auto& word = reading.words[t];
        table.add_row({word.word, gate_text(word.step.forget_gate), gate_text(word.step.input_gate),
                       gate_text(word.step.output_gate), gate_text(word.step.cell_state), words[t + 1],
                       fmt::format("{:.4f}", probability_of(word, vocabulary, words[t + 1])),
                       vocabulary[likeliest(word)]});
    }
    return table.text();
}

nlohmann::ordered_json reading_json(const lab::SentenceReading& reading, const Words& vocabulary) {
    nlohmann::ordered_json document{{"loss", reading.loss}, {"words", nlohmann::ordered_json::array()}};
    for (const auto& word : reading.words) {
        nlohmann::ordered_json next_word;
        for (std::size_t i = 0; i < vocabulary.size(); ++i) next_word[vocabulary[i]] = word.next_word_probability[i];
        document["words"].push_back({{"word", word.word},
                                     {"forget_gate", word.step.forget_gate},
                                     {"input_gate", word.step.input_gate},
                                     {"output_gate", word.step.output_gate},
                                     {"candidate", word.step.candidate},
                                     {"cell_state", word.step.cell_state},
                                     {"hidden_state", word.step.hidden_state},
                                     {"next_word_probability", next_word}});
    }
    return document;
}

std::string closing_line(const lab::SentenceTraining& training, const Words& words, std::size_t index) {
    const auto& before = training.before[index].words.back();
    const auto& after = training.after[index].words.back();
    const auto next = likeliest(after);
    return fmt::format(
        "After \"{}\" the likeliest next word is {}, with probability {:.4f} (before training: {:.4f}).\n",
        fmt::join(words.begin(), words.end() - 1, " "), training.vocabulary[next], after.next_word_probability[next],
        before.next_word_probability[next]);
}

void run_sentence(const SentenceFlags& flags) {
    const lab::SentenceTrainingOptions options{
        settings::integer(flags.hidden_size, "--hidden-size"), settings::integer(flags.steps, "--steps"),
        settings::real(flags.learning_rate, "--learning-rate"), settings::natural(flags.seed, "--seed")};
    options.validate();
    if (flags.texts.size() > most_sentences)
        throw UsageError(fmt::format("--text: more than {} texts", most_sentences));
    std::vector<Words> sentences;
    for (const auto& text : flags.texts) sentences.push_back(read_words(text));
    const Output out(flags.json);
    const auto training = lab::train_sentences(sentences, options);

    std::string text =
        fmt::format("An LSTM of {} hidden units learns to say each next word: {} words, {} steps of Adam, seed {}\n\n",
                    options.hidden_size, training.vocabulary.size(), options.steps, options.seed);
    std::string closing;
    std::vector<CheckRow> checks;
    auto documents = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        text += fmt::format("\"{}\"\nBefore training (loss {:.4f})\n{}After training (loss {:.4f})\n{}\n",
                            fmt::join(sentences[i], " "), training.before[i].loss,
                            reading_text(training.before[i], sentences[i], training.vocabulary), training.after[i].loss,
                            reading_text(training.after[i], sentences[i], training.vocabulary));
        closing += closing_line(training, sentences[i], i);
        const auto name = sentences.size() > 1 ? fmt::format("sentence {}, ", i + 1) : std::string();
        checks.push_back({name + "before training", "torch::nn::LSTM", "float64", training.before[i].comparison});
        checks.push_back({name + "after training", "torch::nn::LSTM", "float64", training.after[i].comparison});
        documents.push_back({{"words", sentences[i]},
                             {"before", reading_json(training.before[i], training.vocabulary)},
                             {"after", reading_json(training.after[i], training.vocabulary)},
                             {"predicted", training.vocabulary[likeliest(training.after[i].words.back())]}});
    }
    out.print(text + "Gates and probabilities by hand, against the trained module:\n" + check_text(checks) + "\n" +
              closing);
    out.write_json(with_schema("sentence", {{"hidden_size", options.hidden_size},
                                            {"steps", options.steps},
                                            {"learning_rate", options.learning_rate},
                                            {"seed", options.seed},
                                            {"vocabulary", training.vocabulary},
                                            {"losses", training.losses},
                                            {"sentences", documents},
                                            {"checks", check_json(checks)},
                                            {"verdict", verdict(checks)}}));
    require_agreement(checks);
}

}  // namespace

void add_sentence(CLI::App& app) {
    auto* command = add_command(app, "sentence");
    auto flags = std::make_shared<SentenceFlags>();
    command->add_option("--text", flags->texts, "a sentence in UTF-8, words between blanks; may be given several times")
        ->type_name("TEXT")
        ->type_size(1)
        ->default_str("저는 아침에 책을 읽습니다");
    const auto add = [&](const char* flag, std::string& text, const char* help, const char* type) {
        command->add_option(flag, text, help)->type_name(type)->capture_default_str();
    };
    add("--hidden-size", flags->hidden_size, "hidden units of the LSTM", "COUNT");
    add("--steps", flags->steps, "training steps, each on all sentences", "COUNT");
    add("--learning-rate", flags->learning_rate, "of Adam", "NUMBER");
    add("--seed", flags->seed, "seed of the initial weights", "COUNT");
    command->add_option("--json", flags->json, "write the results as JSON to a file, or - for standard output")
        ->type_name("FILE");
    command->callback([flags] {
        if (flags->texts.empty()) flags->texts = {"저는 아침에 책을 읽습니다"};
        run_sentence(*flags);
    });
    command->footer(
        "Examples:\n"
        "  cellwise sentence\n"
        "  cellwise sentence --text \"저는 아침에 책을 읽습니다\" --text \"저는 아침에 밥을 먹습니다\"");
}

}  // namespace cellwise::cli
