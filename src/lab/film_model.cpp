#include "lab/film_model.h"

#include <algorithm>

#include "data/reviews/corpus_builder.h"
#include "data/reviews/load_data.h"
#include "learning/trainer.h"

namespace cellwise::lab {
namespace {

constexpr std::array sentences{FilmSentence{"이 영화는 아주 좋았다", true},
                               FilmSentence{"이 영화는 아주 지루했다", false},
                               FilmSentence{"정말 좋았다", true},
                               FilmSentence{"정말 지루했다", false},
                               FilmSentence{"음악이 정말 좋았다", true},
                               FilmSentence{"음악이 정말 별로였다", false},
                               FilmSentence{"배우 연기가 좋았다", true},
                               FilmSentence{"배우 연기가 어색했다", false},
                               FilmSentence{"이 배우 연기가 뛰어났다", true},
                               FilmSentence{"이 배우 연기가 별로였다", false},
                               FilmSentence{"감독 솜씨가 탁월하다", true},
                               FilmSentence{"감독 솜씨가 형편없다", false},
                               FilmSentence{"연기가 정말 탁월하다", true},
                               FilmSentence{"연기가 정말 형편없다", false},
                               FilmSentence{"음악이 탁월하다", true},
                               FilmSentence{"음악이 형편없다", false},
                               FilmSentence{"영상이 뛰어났다", true},
                               FilmSentence{"영상이 별로였다", false},
                               FilmSentence{"이 영화는 영상이 뛰어났다", true},
                               FilmSentence{"이 영화는 영상이 어색했다", false},
                               FilmSentence{"스토리가 탄탄하고 좋았다", true},
                               FilmSentence{"스토리가 엉성하고 지루했다", false},
                               FilmSentence{"스토리가 정말 훌륭하다", true},
                               FilmSentence{"스토리가 정말 실망스럽다", false},
                               FilmSentence{"이 영화는 정말 훌륭하다", true},
                               FilmSentence{"이 영화는 정말 실망스럽다", false},
                               FilmSentence{"배우 연기가 훌륭하다", true},
                               FilmSentence{"배우 연기가 실망스럽다", false},
                               FilmSentence{"결말이 감동적이다", true},
                               FilmSentence{"결말이 뻔하다", false},
                               FilmSentence{"스토리가 감동적이다", true},
                               FilmSentence{"스토리가 뻔하다", false},
                               FilmSentence{"이 영화는 끝까지 재미있다", true},
                               FilmSentence{"이 영화는 끝까지 지루하다", false},
                               FilmSentence{"정말 재미있다", true},
                               FilmSentence{"정말 지루하다", false},
                               FilmSentence{"음악이 아름답고 연기가 재미있다", true},
                               FilmSentence{"음악이 시끄럽고 연기가 어색했다", false},
                               FilmSentence{"처음은 지루했지만 결말이 좋았다", true},
                               FilmSentence{"처음은 좋았지만 결말이 별로였다", false},
                               FilmSentence{"대사는 어색했지만 연기가 뛰어났다", true},
                               FilmSentence{"대사는 훌륭했지만 스토리가 형편없다", false}};

}  // namespace

std::span<const FilmSentence> film_sentences() { return sentences; }

FilmModel train_film_model(Cell cell, std::uint64_t seed) {
    data::CorpusBuilder builder;
    for (const auto& sentence : sentences) {
        builder.add({false, sentence.is_positive, "", std::string(sentence.text)});
    }
    auto corpus = builder.finish({}, data::CorpusBuilder::Order::as_added);
    std::size_t longest = 0;
    for (std::size_t i = 0; i < corpus.train.size(); ++i) longest = std::max(longest, corpus.train.review(i).size());

    FilmModel film;
    film.length = static_cast<std::int64_t>(longest);
    film.vocabulary = data::Vocabulary(std::move(corpus.words_by_rank));
    models::ClassifierOptions options;
    options.cell = cell;
    options.vocabulary_size = static_cast<std::int64_t>(film.vocabulary.size()) + data::index_from + 1;
    options.embedding_size = 8;
    options.hidden_size = 8;
    options.engine = models::Engine::torch;
    learning::TrainingOptions training;
    training.learning_rate = 0.01;
    training.epochs = 60;
    training.batch_size = 6;
    training.precision = learning::Precision::float64;

    const auto reviews = data::pad(corpus.train, longest);
    learning::Trainer trainer(models::Classifier(options, seed), training, seed);
    for (std::int64_t epoch = 0; epoch < training.epochs; ++epoch) (void)trainer.train_epoch(reviews, {});
    const auto metrics = trainer.evaluate(reviews);
    film.model = trainer.model();
    film.epochs = training.epochs;
    film.loss = metrics.loss;
    film.accuracy = metrics.accuracy;
    return film;
}

}  // namespace cellwise::lab
