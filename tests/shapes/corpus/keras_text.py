"""Models of text as the examples of keras.io build them."""


def text_from_scratch(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(None,), dtype="int64")
    x = layers.Embedding(2000, 16)(inputs)
    x = layers.Dropout(0.5)(x)
    x = layers.Conv1D(16, 7, padding="valid", activation="relu", strides=3)(x)
    x = layers.Conv1D(16, 7, padding="valid", activation="relu", strides=3)(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(16, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    predictions = layers.Dense(1, activation="sigmoid", name="predictions")(x)
    model = keras.Model(inputs, predictions)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def bidirectional_lstm(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(2000, 32)(inputs)
    x = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(16))(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.summary()
    return model


def transformer_classifier(keras):
    layers = keras.layers
    ops = keras.ops

    class TransformerBlock(layers.Layer):
        def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
            super().__init__()
            self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
            self.ffn = keras.Sequential(
                [
                    layers.Dense(ff_dim, activation="relu"),
                    layers.Dense(embed_dim),
                ]
            )
            self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
            self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
            self.dropout1 = layers.Dropout(rate)
            self.dropout2 = layers.Dropout(rate)

        def call(self, inputs):
            attn_output = self.att(inputs, inputs)
            attn_output = self.dropout1(attn_output)
            out1 = self.layernorm1(inputs + attn_output)
            ffn_output = self.ffn(out1)
            ffn_output = self.dropout2(ffn_output)
            return self.layernorm2(out1 + ffn_output)

    class TokenAndPositionEmbedding(layers.Layer):
        def __init__(self, maxlen, vocab_size, embed_dim):
            super().__init__()
            self.token_emb = layers.Embedding(
                input_dim=vocab_size, output_dim=embed_dim
            )
            self.pos_emb = layers.Embedding(input_dim=maxlen, output_dim=embed_dim)

        def call(self, x):
            maxlen = ops.shape(x)[-1]
            positions = ops.arange(start=0, stop=maxlen, step=1)
            positions = self.pos_emb(positions)
            x = self.token_emb(x)
            return x + positions

    inputs = layers.Input(shape=(200,))
    x = TokenAndPositionEmbedding(200, 2000, 32)(inputs)
    x = TransformerBlock(32, 2, 32)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.1)(x)
    x = layers.Dense(20, activation="relu")(x)
    outputs = layers.Dense(2, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


def lstm_seq2seq(keras):
    encoder_inputs = keras.Input(shape=(None, 71))
    encoder = keras.layers.LSTM(64, return_state=True)
    _encoder_outputs, state_h, state_c = encoder(encoder_inputs)
    encoder_states = [state_h, state_c]
    decoder_inputs = keras.Input(shape=(None, 93))
    decoder_lstm = keras.layers.LSTM(64, return_sequences=True, return_state=True)
    decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
    decoder_dense = keras.layers.Dense(93, activation="softmax")
    decoder_outputs = decoder_dense(decoder_outputs)
    model = keras.Model([encoder_inputs, decoder_inputs], decoder_outputs)
    # For inference, the states are inputs.
    encoder_inputs = model.input[0]
    _, state_h_enc, state_c_enc = model.layers[2].output
    encoder_model = keras.Model(encoder_inputs, [state_h_enc, state_c_enc])
    decoder_inputs = model.input[1]
    decoder_states_inputs = [
        keras.Input(shape=(64,)),
        keras.Input(shape=(64,)),
    ]
    decoder_lstm = model.layers[3]
    decoder_outputs, state_h_dec, state_c_dec = decoder_lstm(
        decoder_inputs, initial_state=decoder_states_inputs
    )
    decoder_dense = model.layers[4]
    decoder_outputs = decoder_dense(decoder_outputs)
    decoder_model = keras.Model(
        [decoder_inputs, *decoder_states_inputs],
        [decoder_outputs, state_h_dec, state_c_dec],
    )
    return [model, encoder_model, decoder_model]


def addition_rnn(keras):
    layers = keras.layers
    model = keras.Sequential()
    model.add(layers.Input((7, 12)))
    model.add(layers.LSTM(32))
    model.add(layers.RepeatVector(3 + 1))
    for _ in range(1):
        model.add(layers.LSTM(32, return_sequences=True))
    model.add(layers.Dense(12, activation="softmax"))
    return model


def character_generation(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(shape=(40, 56)),
            layers.LSTM(128),
            layers.Dense(56, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.RMSprop(learning_rate=0.01)
    model.compile(loss="categorical_crossentropy", optimizer=optimizer)
    return model


def _causal_mask(keras, n_dest, n_src):
    ops = keras.ops
    i = ops.arange(n_dest)[:, None]
    j = ops.arange(n_src)
    m = i >= j - n_src + n_dest
    mask = ops.cast(m, "bool")
    return ops.reshape(mask, [1, n_dest, n_src])


def miniature_gpt(keras):
    layers = keras.layers
    ops = keras.ops

    class TransformerBlock(layers.Layer):
        def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
            super().__init__()
            self.att = layers.MultiHeadAttention(num_heads, embed_dim)
            self.ffn = keras.Sequential(
                [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
            )
            self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
            self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
            self.dropout1 = layers.Dropout(rate)
            self.dropout2 = layers.Dropout(rate)

        def call(self, inputs):
            input_shape = ops.shape(inputs)
            seq_len = input_shape[1]
            causal_mask = _causal_mask(keras, seq_len, seq_len)
            attention_output = self.att(inputs, inputs, attention_mask=causal_mask)
            attention_output = self.dropout1(attention_output)
            out1 = self.layernorm1(inputs + attention_output)
            ffn_output = self.dropout2(self.ffn(out1))
            return self.layernorm2(out1 + ffn_output)

    class TokenAndPositionEmbedding(layers.Layer):
        def __init__(self, maxlen, vocab_size, embed_dim):
            super().__init__()
            self.token_emb = layers.Embedding(vocab_size, embed_dim)
            self.pos_emb = layers.Embedding(maxlen, embed_dim)

        def call(self, x):
            maxlen = ops.shape(x)[-1]
            positions = ops.arange(0, maxlen, 1)
            return self.token_emb(x) + self.pos_emb(positions)

    inputs = layers.Input(shape=(80,), dtype="int32")
    x = TokenAndPositionEmbedding(80, 500, 32)(inputs)
    x = TransformerBlock(32, 2, 64)(x)
    outputs = layers.Dense(500)(x)
    model = keras.Model(inputs=inputs, outputs=[outputs, x])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss=[loss_fn, None])
    return model


def translation_transformer(keras):
    layers = keras.layers
    ops = keras.ops

    class TransformerEncoder(layers.Layer):
        def __init__(self, embed_dim, dense_dim, num_heads, **kwargs):
            super().__init__(**kwargs)
            self.attention = layers.MultiHeadAttention(
                num_heads=num_heads, key_dim=embed_dim
            )
            self.dense_proj = keras.Sequential(
                [layers.Dense(dense_dim, activation="relu"), layers.Dense(embed_dim)]
            )
            self.layernorm_1 = layers.LayerNormalization()
            self.layernorm_2 = layers.LayerNormalization()
            self.supports_masking = True

        def call(self, inputs, mask=None):
            if mask is not None:
                padding_mask = ops.cast(mask[:, None, :], dtype="int32")
            else:
                padding_mask = None
            attention_output = self.attention(
                query=inputs, value=inputs, key=inputs, attention_mask=padding_mask
            )
            proj_input = self.layernorm_1(inputs + attention_output)
            proj_output = self.dense_proj(proj_input)
            return self.layernorm_2(proj_input + proj_output)

    class PositionalEmbedding(layers.Layer):
        def __init__(self, sequence_length, vocab_size, embed_dim, **kwargs):
            super().__init__(**kwargs)
            self.token_embeddings = layers.Embedding(
                input_dim=vocab_size, output_dim=embed_dim
            )
            self.position_embeddings = layers.Embedding(
                input_dim=sequence_length, output_dim=embed_dim
            )

        def call(self, inputs):
            length = ops.shape(inputs)[-1]
            positions = ops.arange(0, length, 1)
            embedded_tokens = self.token_embeddings(inputs)
            embedded_positions = self.position_embeddings(positions)
            return embedded_tokens + embedded_positions

        def compute_mask(self, inputs, mask=None):
            return ops.not_equal(inputs, 0)

    class TransformerDecoder(layers.Layer):
        def __init__(self, embed_dim, latent_dim, num_heads, **kwargs):
            super().__init__(**kwargs)
            self.attention_1 = layers.MultiHeadAttention(num_heads, embed_dim)
            self.attention_2 = layers.MultiHeadAttention(num_heads, embed_dim)
            self.dense_proj = keras.Sequential(
                [layers.Dense(latent_dim, activation="relu"), layers.Dense(embed_dim)]
            )
            self.layernorm_1 = layers.LayerNormalization()
            self.layernorm_2 = layers.LayerNormalization()
            self.layernorm_3 = layers.LayerNormalization()
            self.supports_masking = True

        def call(self, inputs, mask=None):
            inputs, encoder_outputs = inputs
            causal_mask = self.get_causal_attention_mask(inputs)
            if mask is None:
                inputs_padding_mask = None
            else:
                inputs_padding_mask, _ = mask
            attention_output_1 = self.attention_1(
                query=inputs,
                value=inputs,
                key=inputs,
                attention_mask=causal_mask,
                query_mask=inputs_padding_mask,
            )
            out_1 = self.layernorm_1(inputs + attention_output_1)
            attention_output_2 = self.attention_2(
                query=out_1, value=encoder_outputs, key=encoder_outputs
            )
            out_2 = self.layernorm_2(out_1 + attention_output_2)
            proj_output = self.dense_proj(out_2)
            return self.layernorm_3(out_2 + proj_output)

        def get_causal_attention_mask(self, inputs):
            input_shape = ops.shape(inputs)
            sequence_length = input_shape[1]
            i = ops.arange(sequence_length)[:, None]
            j = ops.arange(sequence_length)
            mask = ops.cast(i >= j, dtype="int32")
            return ops.reshape(mask, (1, input_shape[1], input_shape[1]))

    encoder_inputs = keras.Input(shape=(None,), dtype="int64", name="encoder_inputs")
    x = PositionalEmbedding(20, 500, 32)(encoder_inputs)
    encoder_outputs = TransformerEncoder(32, 64, 2)(x)
    encoder = keras.Model(encoder_inputs, encoder_outputs)
    decoder_inputs = keras.Input(shape=(None,), dtype="int64", name="decoder_inputs")
    x = PositionalEmbedding(20, 500, 32)(decoder_inputs)
    x = TransformerDecoder(32, 64, 2)([x, encoder_outputs])
    x = layers.Dropout(0.5)(x)
    decoder_outputs = layers.Dense(500, activation="softmax")(x)
    transformer = keras.Model(
        {"encoder_inputs": encoder_inputs, "decoder_inputs": decoder_inputs},
        decoder_outputs,
        name="transformer",
    )
    return [encoder, transformer]


def named_entities(keras):
    layers = keras.layers

    class Block(layers.Layer):
        def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
            super().__init__()
            self.att = keras.layers.MultiHeadAttention(
                num_heads=num_heads, key_dim=embed_dim
            )
            self.ffn = keras.Sequential(
                [
                    keras.layers.Dense(ff_dim, activation="relu"),
                    keras.layers.Dense(embed_dim),
                ]
            )
            self.layernorm1 = keras.layers.LayerNormalization(epsilon=1e-6)
            self.layernorm2 = keras.layers.LayerNormalization(epsilon=1e-6)
            self.dropout1 = keras.layers.Dropout(rate)

        def call(self, inputs, training=False):
            attn_output = self.att(inputs, inputs)
            attn_output = self.dropout1(attn_output, training=training)
            out1 = self.layernorm1(inputs + attn_output)
            return self.layernorm2(out1 + self.ffn(out1))

    class NERModel(keras.Model):
        def __init__(self, num_tags, vocab_size, embed_dim=32, num_heads=4, ff_dim=32):
            super().__init__()
            self.embedding = layers.Embedding(vocab_size, embed_dim)
            self.transformer_block = Block(embed_dim, num_heads, ff_dim)
            self.dropout1 = layers.Dropout(0.1)
            self.ff = layers.Dense(ff_dim, activation="relu")
            self.dropout2 = layers.Dropout(0.1)
            self.ff_final = layers.Dense(num_tags, activation="softmax")

        def call(self, inputs, training=False):
            x = self.embedding(inputs)
            x = self.transformer_block(x)
            x = self.dropout1(x, training=training)
            x = self.ff(x)
            x = self.dropout2(x, training=training)
            return self.ff_final(x)

    inputs = keras.Input((128,))
    ner_model = NERModel(num_tags=9, vocab_size=1000)
    return keras.Model(inputs, ner_model(inputs))


def pretrained_embeddings(keras):
    layers = keras.layers
    num_tokens, embedding_dim = 1002, 50
    embedding_layer = layers.Embedding(num_tokens, embedding_dim, trainable=False)
    embedding_layer.build((1,))
    int_sequences_input = keras.Input(shape=(None,), dtype="int32")
    embedded_sequences = embedding_layer(int_sequences_input)
    x = layers.Conv1D(16, 5, activation="relu")(embedded_sequences)
    x = layers.MaxPooling1D(5)(x)
    x = layers.Conv1D(16, 5, activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    preds = layers.Dense(20, activation="softmax")(x)
    return keras.Model(int_sequences_input, preds)


def masked_language_model(keras):
    layers = keras.layers

    def bert_module(query, key, value, i):
        attention_output = layers.MultiHeadAttention(
            num_heads=2,
            key_dim=16,
            name=f"encoder_{i}_multiheadattention",
        )(query, key, value)
        attention_output = layers.Dropout(0.1, name=f"encoder_{i}_att_dropout")(
            attention_output
        )
        attention_output = layers.LayerNormalization(
            epsilon=1e-6, name=f"encoder_{i}_att_layernormalization"
        )(query + attention_output)
        ffn = keras.Sequential(
            [layers.Dense(32, activation="relu"), layers.Dense(32)],
            name=f"encoder_{i}_ffn",
        )
        ffn_output = ffn(attention_output)
        return layers.LayerNormalization(
            epsilon=1e-6, name=f"encoder_{i}_ffn_layernormalization"
        )(attention_output + ffn_output)

    inputs = layers.Input((64,), dtype="int64")
    word_embeddings = layers.Embedding(400, 32, name="word_embedding")(inputs)
    position_embeddings = layers.Embedding(64, 32, name="position_embedding")(
        keras.ops.arange(start=0, stop=64, step=1)
    )
    embeddings = word_embeddings + position_embeddings
    encoder_output = embeddings
    for i in range(2):
        encoder_output = bert_module(encoder_output, encoder_output, encoder_output, i)
    mlm_output = layers.Dense(400, name="mlm_cls", activation="softmax")(encoder_output)
    mlm_model = keras.Model(inputs, mlm_output, name="masked_bert_model")
    mlm_model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001))
    # The encoder is taken out again, and given a head.
    pretrained = keras.Model(
        mlm_model.input, mlm_model.get_layer("encoder_0_ffn_layernormalization").output
    )
    pretrained.trainable = False
    pooled = layers.GlobalMaxPooling1D()(pretrained(inputs))
    hidden_layer = layers.Dense(16, activation="relu")(pooled)
    outputs = layers.Dense(1, activation="sigmoid")(hidden_layer)
    return [mlm_model, keras.Model(inputs, outputs, name="classification")]


def f_net(keras):
    layers = keras.layers

    class FNetEncoder(layers.Layer):
        def __init__(self, embed_dim, dense_dim, **kwargs):
            super().__init__(**kwargs)
            self.dense_proj = keras.Sequential(
                [layers.Dense(dense_dim, activation="relu"), layers.Dense(embed_dim)]
            )
            self.layernorm_1 = layers.LayerNormalization()
            self.layernorm_2 = layers.LayerNormalization()

        def call(self, inputs):
            imaginary = keras.ops.zeros_like(inputs)
            mixed, _ = keras.ops.fft2((inputs, imaginary))
            proj_input = self.layernorm_1(inputs + mixed)
            return self.layernorm_2(proj_input + self.dense_proj(proj_input))

    inputs = keras.Input((24, 16))
    return keras.Model(inputs, FNetEncoder(16, 32)(inputs))


def switch_router(keras):
    layers = keras.layers
    ops = keras.ops

    class Switch(layers.Layer):
        def __init__(self, num_experts, embed_dim, ff_dim):
            self.num_experts = num_experts
            self.embed_dim = embed_dim
            self.experts = [
                keras.Sequential([layers.Dense(ff_dim), layers.Dense(embed_dim)])
                for _ in range(num_experts)
            ]
            self.route = layers.Dense(units=num_experts)
            super().__init__()

        def call(self, inputs):
            probabilities = keras.activations.softmax(self.route(inputs), axis=-1)
            outputs = [expert(inputs) for expert in self.experts]
            stacked = ops.stack(outputs, axis=-1)
            weighted = stacked * ops.expand_dims(probabilities, axis=-2)
            return ops.sum(weighted, axis=-1)

    inputs = keras.Input((10, 16))
    return keras.Model(inputs, Switch(3, 16, 24)(inputs))
