# Adam, as the authors, with a cosine in the place of their steps
max_epochs = 20
optim_wrapper = dict(optimizer=dict(type='Adam', lr=5e-4))
param_scheduler = dict(type='CosineAnnealingLR', T_max=max_epochs, by_epoch=True, convert_to_iter_based=True)

train_cfg = dict(by_epoch=True, max_epochs=max_epochs, val_interval=1)
val_cfg = dict()
test_cfg = dict()
