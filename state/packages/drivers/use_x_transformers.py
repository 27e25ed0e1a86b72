"""Trains and samples from small transformers."""

import torch
from x_transformers import AutoregressiveWrapper, Decoder, Encoder, TransformerWrapper, XTransformer
from x_transformers.nonautoregressive_wrapper import NonAutoregressiveWrapper

torch.manual_seed(0)
decoder = AutoregressiveWrapper(
    TransformerWrapper(num_tokens=16, max_seq_len=12, attn_layers=Decoder(dim=16, depth=1, heads=2))
)
x = torch.randint(0, 16, (2, 12))
optimizer = torch.optim.Adam(decoder.parameters(), 1e-3)
for _ in range(2):
    optimizer.zero_grad()
    loss = decoder(x)
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3), decoder.generate(x[:, :2], 4, cache_kv=True).shape)
both = XTransformer(
    dim=16,
    enc_num_tokens=16,
    enc_depth=1,
    enc_heads=2,
    enc_max_seq_len=12,
    dec_num_tokens=16,
    dec_depth=1,
    dec_heads=2,
    dec_max_seq_len=12,
)
both(x, x).backward()
print(both.generate(x, x[:, :1], 3).shape)
masked = NonAutoregressiveWrapper(
    TransformerWrapper(
        num_tokens=17, max_seq_len=12, attn_layers=Encoder(dim=16, depth=1, heads=2)
    ),
    mask_id=16,
    steps=2,
)
masked(x).loss.backward()
print(masked.generate(batch_size=1).shape)
