# %% style: scikit-learn
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris, make_classification
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.linear_model import LogisticRegression
# %%
rng_seed = SEED
np.random.seed(rng_seed)
# %%
data = load_breast_cancer(as_frame=True)
X, y = data.data, data.target
X.shape
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=rng_seed, stratify=y)
# %%
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
model.fit(X_train, y_train)
# %%
print("accuracy", model.score(X_test, y_test))
# %%
scores = cross_val_score(model, X, y, cv=3)
scores.mean(), scores.std()
# %%
from sklearn.metrics import classification_report, confusion_matrix, det_curve, precision_recall_curve, roc_auc_score, roc_curve
proba = model.predict_proba(X_test)[:, 1]
fpr, tpr, thresholds = roc_curve(y_test, proba)
auc = roc_auc_score(y_test, proba)
auc
# %%
best = thresholds[np.argmax(tpr - fpr)]
precision, recall, pr_thresholds = precision_recall_curve(y_test, proba)
# %%
roc = pd.DataFrame({"fpr": fpr, "tpr": tpr, "threshold": thresholds})
roc.head()
# %%
print(classification_report(y_test, model.predict(X_test)))
# %%
confusion_matrix(y_test, model.predict(X_test))
# %%
grid = GridSearchCV(model, {"logisticregression__C": [0.1, 1.0]}, cv=2)
grid.fit(X_train, y_train)
results = pd.DataFrame(grid.cv_results_)
results[["param_logisticregression__C", "mean_test_score"]]
# %%
from sklearn.impute import SimpleImputer
holes = X_train.mask(np.random.default_rng(rng_seed).random(X_train.shape) < 0.05)
imputed = SimpleImputer().fit_transform(holes)
# %%
from sklearn.cluster import DBSCAN, OPTICS, KMeans
labels = KMeans(3, n_init=1, random_state=rng_seed).fit_predict(load_iris().data)
optics = OPTICS(min_samples=5).fit(load_iris().data)
reach = optics.reachability_[optics.ordering_]
# %%
noise = load_iris().data[labels == -1]
noise.shape
# %%
importance = pd.Series(model[-1].coef_[0], index=X.columns).sort_values()
importance.tail(5)
# %%
best_score, best_model = -np.inf, None
for C in (0.1, 1):
    candidate = LogisticRegression(C=C, max_iter=2000).fit(X_train / X_train.max(), y_train)
    score = candidate.score(X_test / X_test.max(), y_test)
    if score > best_score:
        best_score, best_model = score, candidate
# %%
warm = None
history = {"loss": [], "lr": None}
random_state = None
# %%
assert auc > 0.9
